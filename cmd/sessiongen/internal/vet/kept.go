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
			if holdsSession(pass.TypesInfo, n.Value) {
				reportKept(pass, cur, n.Chan, "sent to", true)
			}
		case *ast.CallExpr:
			if to, ok := stores(pass.TypesInfo, n); ok {
				_, pointer := pass.TypesInfo.TypeOf(to).Underlying().(*types.Pointer)
				reportKept(pass, cur, to, "put into", pointer)
			}
			if call := started(pass.TypesInfo, n); call != nil {
				checkGo(pass, cur, call)
			}
		case *ast.GoStmt:
			checkGo(pass, cur, n.Call)
		}
	}
}

// checkStored reports an assignment that keeps a session. Without from, to is
// one of several results of a call.
func checkStored(pass *analysis.Pass, cur inspector.Cursor, to, from ast.Expr) {
	if from == nil && isSession(pass.TypesInfo.TypeOf(to)) || from != nil && holdsSession(pass.TypesInfo, from) {
		reportKept(pass, cur, to, "put into", false)
	}
}

// reportKept reports a node that puts a session into a place, or into what the
// place only refers to, if other requests find it there.
func reportKept(pass *analysis.Pass, cur inspector.Cursor, to ast.Expr, put string, refers bool) {
	if place := shared(pass, cur, to, refers); place != "" && !takenBack(pass.TypesInfo, cur, to) {
		pass.ReportRangef(cur.Node(), "a session is %s %s, where it outlives its request and meets other visitors; %s", put, place, passValues)
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

// stores returns what a call puts a session into, which is of one of the types of
// packages sync and sync/atomic, and whether there is such.
func stores(info *types.Info, call *ast.CallExpr) (ast.Expr, bool) {
	on, name, ok := syncMethod(info, call)
	if !ok {
		return nil, false
	}
	switch name {
	case "Store", "LoadOrStore", "Swap", "CompareAndSwap", "Put":
		for _, arg := range call.Args {
			if holdsSession(info, arg) {
				return on, true
			}
		}
	}
	return nil, false
}

// syncMethod returns the name of the method of packages sync or sync/atomic that a
// call calls, and what on.
func syncMethod(info *types.Info, call *ast.CallExpr) (on ast.Expr, name string, ok bool) {
	selector, isSelector := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	fn, isFunc := typeutil.Callee(info, call).(*types.Func)
	if !isSelector || !isFunc || fn.Signature().Recv() == nil || fn.Pkg() == nil || fn.Pkg().Path() != "sync" && fn.Pkg().Path() != "sync/atomic" {
		return nil, "", false
	}
	return selector.X, fn.Name(), true
}

// takenBack tells whether a function that puts a session into a map deletes one
// from that in the end, as where others are to find the session of a stream for as
// long as its request goes on.
func takenBack(info *types.Info, cur inspector.Cursor, to ast.Expr) bool {
	in, ok := innermost(cur)
	if !ok {
		return false
	}
	if index, ok := ast.Unparen(to).(*ast.IndexExpr); ok {
		to = index.X
	}
	for deferred := range in.Preorder((*ast.DeferStmt)(nil)) {
		for call := range deferred.Preorder((*ast.CallExpr)(nil)) {
			if from := deletes(info, call.Node().(*ast.CallExpr)); from != nil && types.ExprString(from) == types.ExprString(to) {
				return true
			}
		}
	}
	return false
}

// deletes returns the map that a call deletes something from, nil if it does not.
func deletes(info *types.Info, call *ast.CallExpr) ast.Expr {
	if b, ok := typeutil.Callee(info, call).(*types.Builtin); ok && b.Name() == "delete" {
		return call.Args[0]
	}
	if on, name, ok := syncMethod(info, call); ok && (name == "Delete" || name == "LoadAndDelete" || name == "CompareAndDelete") {
		return on
	}
	return nil
}
