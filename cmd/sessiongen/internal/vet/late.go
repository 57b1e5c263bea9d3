package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// Late finds sets that come after the first byte of the response.
var Late = newAnalyzer("sessionlate", `find sets that come too late for a new session

What is set is stored, and the cookie of a new session is sent, before the first
byte of the response. After it nothing of a new session is stored, and only the
log tells. A handler that asks whether there is a session, or that calls Save
afterwards, knows what it does.`, checkLate)

func checkLate(pass *analysis.Pass, file inspector.Cursor) {
	for f := range file.Preorder(functions...) {
		if body(f.Node()) == nil {
			continue
		}
		if w := responseWriter(pass.TypesInfo, signature(f.Node())); w != nil {
			checkHandler(pass, f, w)
		}
	}
}

// responseWriter returns the parameter that is the writer of a response.
func responseWriter(info *types.Info, f *ast.FuncType) *types.Var {
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if v, ok := info.Defs[name].(*types.Var); ok && is(v.Type(), "net/http", "ResponseWriter") {
				return v
			}
		}
	}
	return nil
}

// checkHandler reports what a handler sets too late in the sessions that it gets
// from From. One that it is given may have been made by whoever calls it.
func checkHandler(pass *analysis.Pass, f inspector.Cursor, w *types.Var) {
	h := handler{info: pass.TypesInfo, order: newFlow(pass.TypesInfo, body(f.Node()))}
	for cur := range f.Preorder((*ast.CallExpr)(nil)) {
		if in, _ := innermost(cur); in.Index() != f.Index() {
			continue
		}
		if writesTo(pass.TypesInfo, cur.Node().(*ast.CallExpr), w) && !inDefer(cur) {
			if p, ok := h.order.at(cur.Node()); ok {
				h.writes = append(h.writes, p)
			}
		}
	}
	if len(h.writes) == 0 || isReplaced(pass.TypesInfo, f, w) {
		return
	}
	seen := map[*types.Var]bool{}
	for cur := range f.Preorder((*ast.CallExpr)(nil)) {
		m, ok := methodOf(pass.TypesInfo, cur.Node())
		if in, _ := innermost(cur); !ok || m.verb != "From" || in.Index() != f.Index() {
			continue
		}
		if to, ok := assigned(cur); ok {
			if session := isVar(pass.TypesInfo, to); session != nil && !seen[session] && asPackageVar(session) == nil && !session.IsField() {
				seen[session] = true
				for _, m := range h.late(f, session) {
					pass.ReportRangef(m.call, "%s comes after the response was begun, when nothing of a new session can be stored any more; call it before the first write, or ask IsNew first", m.name)
				}
			}
		}
	}
}

// isReplaced tells whether a writer may be another one, such as a buffer, than the
// one that the function was called with.
func isReplaced(info *types.Info, f inspector.Cursor, w *types.Var) bool {
	for cur := range f.Preorder((*ast.Ident)(nil)) {
		if cur.ParentEdgeKind() == edge.AssignStmt_Lhs && info.ObjectOf(cur.Node().(*ast.Ident)) == w {
			return true
		}
	}
	return false
}

func inDefer(cur inspector.Cursor) bool {
	for range cur.Enclosing((*ast.DeferStmt)(nil), (*ast.GoStmt)(nil)) {
		return true
	}
	return false
}

// A handler is a function that writes a response.
type handler struct {
	info   *types.Info
	order  flow
	writes []point
}

// A deed is a method called on a session, at its point.
type deed struct {
	method
	point
}

// late returns the sets of a session that come after a write, although nothing
// before has made the session, or looked at it so that the handler may know
// whether there is one.
func (h *handler) late(f inspector.Cursor, session *types.Var) []method {
	var sets []deed
	var settled, saves []point
	for cur := range f.Preorder((*ast.Ident)(nil)) {
		if h.info.ObjectOf(cur.Node().(*ast.Ident)) != session {
			continue
		}
		p, ok := h.order.at(cur.Node())
		if !ok {
			continue
		}
		in, _ := innermost(cur)
		m, isMethod := h.calledOn(cur)
		switch {
		case in.Index() != f.Index() || isMethod && inDefer(cur):
			settled = append(settled, p)
		case isMethod:
			switch m.verb {
			case "Set", "Update", "Login":
				sets = append(sets, deed{m, p})
			case "Save":
				saves = append(saves, p)
			case "Get", "Values", "Pop", "Cookie", "Clear":
				if h.isDecisive(f, cur) {
					settled = append(settled, p)
				}
			default: // Has, IsNew, ID, and what ends or renews a living session
				settled = append(settled, p)
			}
		case !isAssignedOrCompared(cur):
			settled = append(settled, p) // whoever gets it may set something
		}
	}
	var late []method
	for _, s := range sets {
		if h.isLate(s.point, sets, append(settled, saves...)) && !h.anyAfter(s.point, saves) {
			late = append(late, s.method)
		}
	}
	return late
}

// isLate tells whether a set certainly follows a write, and nothing else.
func (h *handler) isLate(set point, sets []deed, settled []point) bool {
	for _, p := range settled {
		if p.node == set.node || h.order.reaches(p, set) {
			return false
		}
	}
	for _, w := range h.writes {
		if !h.order.reaches(w, set) || !h.order.precedes(w, set) && !h.order.leadsTo(w, set) {
			continue
		}
		made := false
		for _, other := range sets {
			made = made || other.node == w.node || h.order.reaches(other.point, w)
		}
		if !made {
			return true
		}
	}
	return false
}

func (h *handler) anyAfter(p point, others []point) bool {
	for _, o := range others {
		if h.order.reaches(p, o) {
			return true
		}
	}
	return false
}

// calledOn returns the method that is called on a mention of a session.
func (h *handler) calledOn(cur inspector.Cursor) (method, bool) {
	if cur.ParentEdgeKind() != edge.SelectorExpr_X || cur.Parent().ParentEdgeKind() != edge.CallExpr_Fun {
		return method{}, false
	}
	return methodOf(h.info, cur.Parent().Parent().Node())
}

// isAssignedOrCompared tells whether a mention of a session gives it its value or
// asks whether it is nil.
func isAssignedOrCompared(cur inspector.Cursor) bool {
	switch cur.ParentEdgeKind() {
	case edge.AssignStmt_Lhs, edge.ValueSpec_Names, edge.BinaryExpr_X, edge.BinaryExpr_Y:
		return true
	}
	return false
}

// isDecisive tells whether the result of a getter is in a condition, or in a
// variable that is in one: from a value that is there, the handler knows that the
// session is.
func (h *handler) isDecisive(f, cur inspector.Cursor) bool {
	for c := cur; c.Index() != f.Index(); c = c.Parent() {
		switch c.ParentEdgeKind() {
		case edge.IfStmt_Cond, edge.SwitchStmt_Tag, edge.CaseClause_List, edge.ForStmt_Cond, edge.RangeStmt_X, edge.TypeSwitchStmt_Assign:
			return true
		case edge.AssignStmt_Rhs, edge.ValueSpec_Values:
			for id := range c.Parent().Preorder((*ast.Ident)(nil)) {
				if v, ok := h.info.Defs[id.Node().(*ast.Ident)].(*types.Var); ok && h.decides(f, v) {
					return true
				}
				kind := id.ParentEdgeKind()
				if v, ok := h.info.Uses[id.Node().(*ast.Ident)].(*types.Var); ok && kind == edge.AssignStmt_Lhs && h.decides(f, v) {
					return true
				}
			}
			return false
		case edge.BlockStmt_List:
			return false
		}
	}
	return false
}

// decides tells whether a variable, other than an error, is in a condition.
func (h *handler) decides(f inspector.Cursor, v *types.Var) bool {
	if types.Identical(v.Type(), types.Universe.Lookup("error").Type()) {
		return false
	}
	for cur := range f.Preorder((*ast.Ident)(nil)) {
		if h.info.Uses[cur.Node().(*ast.Ident)] != v {
			continue
		}
		for c := cur; c.Index() != f.Index(); c = c.Parent() {
			switch c.ParentEdgeKind() {
			case edge.IfStmt_Cond, edge.SwitchStmt_Tag, edge.CaseClause_List, edge.ForStmt_Cond, edge.RangeStmt_X:
				return true
			}
		}
	}
	return false
}
