package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// Kept finds sessions that outlive their request.
var Kept = newAnalyzer("sessionkept", `find sessions that are kept beyond their request

A *Session belongs to one request, like its ResponseWriter. In a package
variable, or in a handler that serves all requests, it is another visitor's
session the next time, and a goroutine that the handler does not wait for uses
it when it is committed, or after that.`, checkKept)

const passValues = "pass on the values that are needed, or Open the session again by its cookie"

func checkKept(pass *analysis.Pass, file inspector.Cursor) {
	if isTest(pass, file) {
		return
	}
	kinds := []ast.Node{(*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil), (*ast.SendStmt)(nil), (*ast.CallExpr)(nil), (*ast.GoStmt)(nil)}
	for cur := range file.Preorder(kinds...) {
		switch n := cur.Node().(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				var from ast.Expr
				if len(n.Lhs) == len(n.Rhs) {
					from = n.Rhs[i]
				}
				checkStored(pass, cur, to, from)
			}
		case *ast.SendStmt:
			if packageVar(pass.TypesInfo, n.Chan) != nil && holdsSession(pass.TypesInfo, n.Value) {
				reportKept(pass, n, "sent to a package variable")
			}
		case *ast.CallExpr:
			if storesInPackageVar(pass.TypesInfo, n) {
				reportKept(pass, n, "put into a package variable")
			}
			if call := started(pass.TypesInfo, n); call != nil {
				checkGo(pass, cur, call)
			}
		case *ast.GoStmt:
			checkGo(pass, cur, n.Call)
		}
	}
}

func reportKept(pass *analysis.Pass, at analysis.Range, what string) {
	pass.ReportRangef(at, "a session is %s, where it outlives its request and meets other visitors; %s", what, passValues)
}

// checkStored reports an assignment that keeps a session. Without from, to is
// one of several results of a call.
func checkStored(pass *analysis.Pass, cur inspector.Cursor, to, from ast.Expr) {
	info := pass.TypesInfo
	if from == nil && !isSession(info.TypeOf(to)) || from != nil && !holdsSession(info, from) {
		return
	}
	if packageVar(info, to) != nil {
		reportKept(pass, cur.Node(), "put into a package variable")
		return
	}
	if selector, ok := ast.Unparen(to).(*ast.SelectorExpr); ok && servesAll(pass, cur, selector) {
		reportKept(pass, cur.Node(), "put into "+types.ExprString(selector)+", a field of a handler that serves all requests")
	}
}

// holdsSession tells whether an expression is a session, or a new struct, slice
// or map with one in it.
func holdsSession(info *types.Info, e ast.Expr) bool {
	e = ast.Unparen(e)
	tv := info.Types[e]
	switch x := e.(type) {
	case *ast.UnaryExpr:
		return x.Op == token.AND && holdsSession(info, x.X)
	case *ast.CompositeLit:
		for _, element := range x.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				element = pair.Value
			}
			if holdsSession(info, element) {
				return true
			}
		}
		return false
	case *ast.CallExpr:
		if b, ok := typeutil.Callee(info, x).(*types.Builtin); ok && b.Name() == "append" {
			for _, arg := range x.Args[1:] {
				if holdsSession(info, arg) {
					return true
				}
			}
			return false
		}
	}
	return tv.Type != nil && !tv.IsNil() && isSession(tv.Type)
}

// packageVar returns the package variable that an expression is a part of.
func packageVar(info *types.Info, e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			return asPackageVar(info.ObjectOf(x))
		case *ast.SelectorExpr:
			if v := asPackageVar(info.ObjectOf(x.Sel)); v != nil {
				return v
			}
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.UnaryExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func asPackageVar(o types.Object) *types.Var {
	v, ok := o.(*types.Var)
	if !ok || v.IsField() || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// storesInPackageVar tells whether a call puts a session into a package variable
// of one of the types of packages sync and sync/atomic.
func storesInPackageVar(info *types.Info, call *ast.CallExpr) bool {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || packageVar(info, selector.X) == nil {
		return false
	}
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok || fn.Signature().Recv() == nil || fn.Pkg() == nil || fn.Pkg().Path() != "sync" && fn.Pkg().Path() != "sync/atomic" {
		return false
	}
	switch fn.Name() {
	case "Store", "LoadOrStore", "Swap", "CompareAndSwap", "Put":
		for _, arg := range call.Args {
			if holdsSession(info, arg) {
				return true
			}
		}
	}
	return false
}

// servesAll tells whether a field belongs to a handler that serves all requests:
// its method takes a request, and what it is called on is made where there is
// none. A struct with a request or a context of its own is made for one, and so
// may be one that this package does not make.
func servesAll(pass *analysis.Pass, cur inspector.Cursor, field *ast.SelectorExpr) bool {
	info := pass.TypesInfo
	handler, ok := outermost(cur)
	if !ok {
		return false
	}
	decl, ok := handler.Node().(*ast.FuncDecl)
	if !ok || decl.Recv == nil || len(decl.Recv.List[0].Names) == 0 || !takesRequest(info, decl.Type) {
		return false
	}
	recv := isVar(info, decl.Recv.List[0].Names[0])
	if recv == nil || isVar(info, field.X) != recv {
		return false
	}
	if _, pointer := recv.Type().(*types.Pointer); !pointer {
		return false
	}
	owner := named(recv.Type())
	if owner == nil || owner.TypeParams().Len() > 0 || isOfOneRequest(owner) {
		return false
	}
	return madeOutsideOfRequests(pass, cur.Inspector(), owner)
}

// isOfOneRequest tells whether a struct has what belongs to one request.
func isOfOneRequest(owner *types.Named) bool {
	s, ok := owner.Underlying().(*types.Struct)
	if !ok {
		return true
	}
	for f := range s.Fields() {
		if isRequest(f.Type()) || is(f.Type(), "context", "Context") {
			return true
		}
	}
	return false
}

// madeOutsideOfRequests tells whether the package makes values of a type, and
// none of them in a function that has a request.
func madeOutsideOfRequests(pass *analysis.Pass, in *inspector.Inspector, owner *types.Named) bool {
	made := false
	for cur := range in.Root().Preorder((*ast.CompositeLit)(nil), (*ast.CallExpr)(nil), (*ast.ValueSpec)(nil)) {
		if !makes(pass.TypesInfo, cur.Node(), owner) {
			continue
		}
		made = true
		for f := range cur.Enclosing(functions...) {
			if takesRequest(pass.TypesInfo, signature(f.Node())) {
				return false
			}
		}
	}
	return made
}

// makes tells whether a node makes a value of a type.
func makes(info *types.Info, node ast.Node, owner *types.Named) bool {
	switch n := node.(type) {
	case *ast.CompositeLit:
		return named(info.TypeOf(n)) == owner
	case *ast.CallExpr:
		b, ok := typeutil.Callee(info, n).(*types.Builtin)
		return ok && b.Name() == "new" && named(info.TypeOf(n)) == owner
	case *ast.ValueSpec:
		return n.Type != nil && types.Unalias(info.TypeOf(n.Type)) == owner
	}
	return false
}

// takesRequest tells whether a function has a parameter that belongs to one
// request.
func takesRequest(info *types.Info, f *ast.FuncType) bool {
	for _, field := range f.Params.List {
		if isRequest(info.TypeOf(field.Type)) {
			return true
		}
	}
	return false
}

// isRequest tells whether a type is of one request of net/http.
func isRequest(t types.Type) bool {
	return is(t, "net/http", "Request") || is(t, "net/http", "ResponseWriter")
}
