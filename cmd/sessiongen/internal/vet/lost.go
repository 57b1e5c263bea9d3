package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// Lost finds changes to what a getter returned that nothing stores.
var Lost = newAnalyzer("sessionlost", `find changes that are not stored

What a getter returns is for reading. A slice, map or pointer from it that is
changed in place is stored only if it is set afterwards: until the end of the
request it looks changed, and then the change is lost.`, checkLost)

func checkLost(pass *analysis.Pass, file inspector.Cursor) {
	for cur := range file.Preorder((*ast.CallExpr)(nil)) {
		m, ok := methodOf(pass.TypesInfo, cur.Node())
		if !ok || m.verb != "Get" {
			continue
		}
		if top, ok := outermost(cur); ok {
			t := newTrace(pass.TypesInfo, top, m)
			t.inTest = isTest(pass, file)
			t.follow(cur)
			reportLost(pass, t)
		}
	}
}

// reportLost reports what a function changes in the value of a getter without
// storing it.
func reportLost(pass *analysis.Pass, t *trace) {
	m := t.method
	if t.escapes || len(t.changes) == 0 {
		return
	}
	stores := t.stores()
	for _, c := range t.changes {
		switch {
		case !c.inPlace && !t.isStored(c, stores) && !t.isRead(c):
			pass.ReportRangef(c.cur.Node(), "a copy of what %s returned is changed and then dropped, so nothing is stored; call Set%s with it, or change it in Update%s",
				m.name, m.field, m.field)
		case c.inPlace && !t.isStored(c, stores):
			pass.ReportRangef(c.cur.Node(), "the change to what %s returned is not stored; call Set%s with it, or change it in Update%s, or change a copy if it is not meant to be stored",
				m.name, m.field, m.field)
		default:
			continue
		}
		return // one for each getter: what is to do is the same
	}
}

// isStored tells whether a change may be stored, because one of the stores runs
// afterwards or, for one in place, has always run before: what is set is encoded
// at commit.
func (t *trace) isStored(c change, stores []inspector.Cursor) bool {
	for _, s := range stores {
		switch after, always := t.order(c.cur, s); {
		case after, c.inPlace && always:
			return true
		}
	}
	return false
}

// isRead tells whether something may read a changed copy.
func (t *trace) isRead(c change) bool {
	for _, r := range t.reads {
		if after, _ := t.order(c.cur, r); after {
			return true
		}
	}
	return false
}

// order tells whether b may run after a, or together with it, and whether b has
// always run before a. Of function literals, and of what is deferred, nobody can
// tell.
func (t *trace) order(a, b inspector.Cursor) (after, always bool) {
	f, g := t.top, t.top
	if x, ok := innermost(a); ok {
		f = x
	}
	if x, ok := innermost(b); ok {
		g = x
	}
	if f.Index() != g.Index() {
		return true, true
	}
	for d := range b.Enclosing((*ast.DeferStmt)(nil)) {
		if f.Contains(d) {
			return true, true
		}
	}
	o, ok := t.flows[f.Index()]
	if !ok {
		o = newFlow(t.info, body(f.Node()))
		t.flows[f.Index()] = o
	}
	p, pok := o.at(a.Node())
	q, qok := o.at(b.Node())
	if !pok || !qok {
		return true, true // what never runs is nobody's mistake
	}
	return p.node == q.node || o.reaches(p, q), o.precedes(q, p)
}

// stores returns the calls that store, or may store, the field of the trace: Set
// and Clear, an Update whose function knows the value, and a function that gets
// the session and may set it.
func (t *trace) stores() []inspector.Cursor {
	var all []inspector.Cursor
	for cur := range t.top.Preorder((*ast.CallExpr)(nil)) {
		m, ok := methodOf(t.info, cur.Node())
		switch {
		case ok && m.accessor == t.method.accessor && m.field == t.method.field:
			if m.verb == "Set" || m.verb == "Clear" || m.verb == "Update" && t.mentioned(cur) {
				all = append(all, cur)
			}
		case !ok && t.maySet(cur.Node().(*ast.CallExpr)):
			all = append(all, cur)
		}
	}
	return all
}

// mentioned tells whether a part of the function knows the traced value.
func (t *trace) mentioned(part inspector.Cursor) bool {
	for cur := range part.Preorder((*ast.Ident)(nil)) {
		if v, ok := t.info.Uses[cur.Node().(*ast.Ident)].(*types.Var); ok && t.vars[v] {
			return true
		}
	}
	return false
}

// maySet tells whether a call that is no generated method hands a session of the
// type to code that could set the field: to a function of this package that does,
// or to one that is not known.
func (t *trace) maySet(call *ast.CallExpr) bool {
	gets := false
	args := call.Args
	if selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		args = append([]ast.Expr{selector.X}, args...) // a method that the app has added
	}
	for _, arg := range args {
		if typ := t.info.TypeOf(arg); typ != nil && isSession(typ) && accessorOf(typ) == t.method.accessor {
			gets = true
		}
	}
	if !gets {
		return false
	}
	fn, ok := typeutil.Callee(t.info, call).(*types.Func)
	if !ok {
		return true
	}
	for decl := range t.top.Inspector().Root().Preorder((*ast.FuncDecl)(nil)) {
		if t.info.Defs[decl.Node().(*ast.FuncDecl).Name] != fn {
			continue
		}
		for cur := range decl.Preorder((*ast.CallExpr)(nil)) {
			m, ok := methodOf(t.info, cur.Node())
			if ok && m.verb == "Set" && m.field == t.method.field || !ok && mentionsSession(t.info, cur.Node().(*ast.CallExpr)) {
				return true
			}
		}
		return false
	}
	return true
}

// mentionsSession tells whether a call hands on a session.
func mentionsSession(info *types.Info, call *ast.CallExpr) bool {
	for _, arg := range call.Args {
		if typ := info.TypeOf(arg); typ != nil && isSession(typ) {
			return true
		}
	}
	return false
}

// assigned returns the left side of an assignment or declaration for the value
// at cur, and whether there is one.
func assigned(cur inspector.Cursor) (ast.Expr, bool) {
	_, i := cur.ParentEdge()
	switch cur.ParentEdgeKind() {
	case edge.AssignStmt_Rhs:
		return cur.Parent().Node().(*ast.AssignStmt).Lhs[i], true
	case edge.ValueSpec_Values:
		return cur.Parent().Node().(*ast.ValueSpec).Names[i], true
	}
	return nil, false
}
