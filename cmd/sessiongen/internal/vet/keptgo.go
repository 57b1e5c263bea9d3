package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// checkGo reports a goroutine that uses the session of a request and that
// nobody waits for.
func checkGo(pass *analysis.Pass, cur inspector.Cursor, call *ast.CallExpr) {
	used := usedBy(pass.TypesInfo, call)
	if used == nil || !ofRequest(pass.TypesInfo, cur, used) || awaited(pass.TypesInfo, cur) {
		return
	}
	pass.ReportRangef(cur.Node(), "a goroutine that nobody waits for uses the session %s, which belongs to the request; wait for it, or %s", used.Name(), passValues)
}

// started returns the call that a goroutine is, if a call starts one: with a timer,
// or with a wait group that belongs to more than one function.
func started(info *types.Info, call *ast.CallExpr) *ast.CallExpr {
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	last := call.Args[len(call.Args)-1]
	switch fn.FullName() {
	case "time.AfterFunc":
		return &ast.CallExpr{Fun: last}
	case "(*sync.WaitGroup).Go", "(*golang.org/x/sync/errgroup.Group).Go":
		if selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && isVar(info, selector.X) == nil {
			return &ast.CallExpr{Fun: last}
		}
	}
	return nil
}

// usedBy returns the session that a goroutine uses and has not made itself.
// What its arguments make of one is made before it starts.
func usedBy(info *types.Info, call *ast.CallExpr) *types.Var {
	session := func(e ast.Expr) *types.Var {
		if v := isVar(info, e); v != nil && isSession(v.Type()) {
			return v
		}
		return nil
	}
	for _, arg := range call.Args {
		if v := session(arg); v != nil {
			return v
		}
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		return session(fun.X)
	case *ast.FuncLit:
		var found *types.Var
		ast.Inspect(fun.Body, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && found == nil {
				if v := session(id); v != nil && (v.Pos() < fun.Pos() || fun.End() <= v.Pos()) && asPackageVar(v) == nil && !v.IsField() {
					found = v
				}
			}
			return found == nil
		})
		return found
	}
	return nil
}

// ofRequest tells whether a session is one that From has found, or the
// parameter of a function that has the request, too. One that Open has opened
// belongs to whom it is given.
func ofRequest(info *types.Info, cur inspector.Cursor, session *types.Var) bool {
	for f := range cur.Enclosing(functions...) {
		for _, field := range signature(f.Node()).Params.List {
			for _, name := range field.Names {
				if info.Defs[name] == session {
					return takesRequest(info, signature(f.Node()))
				}
			}
		}
	}
	top, ok := outermost(cur)
	if !ok {
		return false
	}
	from := false
	for assign := range top.Preorder((*ast.AssignStmt)(nil)) {
		n := assign.Node().(*ast.AssignStmt)
		if isVar(info, n.Lhs[0]) != session {
			continue
		}
		m, ok := methodOf(info, ast.Unparen(n.Rhs[0]))
		if !ok || m.verb != "From" {
			return false
		}
		from = true
	}
	return from
}

// awaited tells whether the function of a goroutine, or one around it, may wait
// for it, or live as long as a connection does: then what ends it can't be told.
func awaited(info *types.Info, goStmt inspector.Cursor) bool {
	f, ok := innermost(goStmt)
	if !ok {
		return true
	}
	if top, _ := outermost(goStmt); top.Index() != f.Index() {
		for cur := range top.Preorder() {
			if !f.Contains(cur) && waits(info, cur.Node()) {
				return true
			}
		}
	}
	order := newFlow(info, body(f.Node()))
	start, ok := order.at(goStmt.Node())
	if !ok {
		return true
	}
	for cur := range f.Preorder() {
		n := cur.Node()
		if goStmt.Contains(cur) || !waits(info, n) && !mentionsSignal(info, n, goStmt) {
			continue
		}
		if in, _ := innermost(cur); in.Index() != f.Index() || isDeferred(cur) {
			return true
		}
		if _, ok := n.(ast.Stmt); ok { // a loop or a select, around the goroutine or below it
			if n.End() >= goStmt.Node().End() {
				return true
			}
			continue
		}
		if p, ok := order.at(n); ok && order.reaches(start, p) {
			return true
		}
	}
	return false
}

func isDeferred(cur inspector.Cursor) bool {
	return cur.ParentEdgeKind() == edge.DeferStmt_Call
}

// waits tells whether a node waits for others, or goes on for as long as a
// connection does.
func waits(info *types.Info, node ast.Node) bool {
	switch n := node.(type) {
	case *ast.UnaryExpr:
		return n.Op == token.ARROW
	case *ast.SelectStmt:
		return true
	case *ast.ForStmt:
		return n.Cond == nil
	case *ast.RangeStmt:
		switch info.TypeOf(n.X).Underlying().(type) {
		case *types.Chan, *types.Signature:
			return true
		}
	case *ast.CallExpr:
		if fn, ok := typeutil.Callee(info, n).(*types.Func); ok {
			switch fn.Name() {
			case "Wait", "Upgrade", "Accept", "Hijack":
				return true
			}
		}
	}
	return false
}

// mentionsSignal tells whether a node is a channel, a wait group or a mutex that
// the goroutine uses as well: through it, somebody else may wait.
func mentionsSignal(info *types.Info, node ast.Node, goStmt inspector.Cursor) bool {
	id, ok := node.(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := info.Uses[id].(*types.Var)
	if !ok {
		return false
	}
	if _, channel := v.Type().Underlying().(*types.Chan); !channel {
		if n := named(v.Type()); n == nil || n.Obj().Name() != "WaitGroup" && n.Obj().Name() != "Group" {
			return false
		}
	}
	for cur := range goStmt.Preorder((*ast.Ident)(nil)) {
		if info.Uses[cur.Node().(*ast.Ident)] == v {
			return true
		}
	}
	return false
}
