package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A trace follows the value of one getter through a function: into variables and
// out of them, down to elements and fields. As soon as the value may be known to
// anybody else it escapes, and the trace is worth nothing.
type trace struct {
	info   *types.Info
	top    inspector.Cursor // the function
	method method           // the getter
	inTest bool             // where a value is sorted to be compared

	vars    map[*types.Var]bool
	assigns map[ast.Node]bool // the statements that give vars the value
	givers  []ast.Node        // all statements that give vars any value
	changes []change
	reads   []inspector.Cursor
	escapes bool
	flows   map[int32]flow // by function
}

// A change is a place where the value is changed.
type change struct {
	cur     inspector.Cursor
	inPlace bool // for all who got it from the getter; else only a copy of it
}

func newTrace(info *types.Info, top inspector.Cursor, m method) *trace {
	return &trace{info: info, top: top, method: m,
		vars: map[*types.Var]bool{}, assigns: map[ast.Node]bool{}, flows: map[int32]flow{}}
}

// follow traces the value of an expression, and then all variables that get it.
func (t *trace) follow(value inspector.Cursor) {
	for known := -1; known != len(t.vars); {
		known = len(t.vars)
		t.changes, t.reads, t.escapes = nil, nil, false
		t.climb(value)
		for cur := range t.top.Preorder((*ast.Ident)(nil)) {
			if v, ok := t.info.ObjectOf(cur.Node().(*ast.Ident)).(*types.Var); ok && t.vars[v] {
				t.mention(cur)
			}
		}
	}
	for _, node := range t.givers {
		if !t.assigns[node] && !isZeroDeclaration(node) {
			t.escapes = true // a variable may have another value, too
		}
	}
}

// mention traces one mention of a variable that has the value.
func (t *trace) mention(cur inspector.Cursor) {
	switch cur.ParentEdgeKind() {
	case edge.AssignStmt_Lhs, edge.ValueSpec_Names, edge.RangeStmt_Key, edge.RangeStmt_Value:
		t.givers = append(t.givers, cur.Parent().Node())
		return
	}
	t.climb(cur)
}

// isZeroDeclaration tells whether a node declares variables without values.
func isZeroDeclaration(node ast.Node) bool {
	spec, ok := node.(*ast.ValueSpec)
	return ok && len(spec.Values) == 0
}

// A step is how far a trace has come from a value or variable.
type step struct {
	shared   bool // what is there is reached through a slice, map or pointer, so that all who have the value see it change
	address  bool // the address of it was taken
	cut      bool // it was sliced, and what comes after it is still there, for append to overwrite
	appended bool // it is the result of append
	replaced bool // it is a part of a copy that may have another value by then
}

// climb goes from a mention of the value to what is made of it.
func (t *trace) climb(cur inspector.Cursor) {
	for s := (step{}); ; {
		parent := cur.Parent()
		e, _ := cur.Node().(ast.Expr)
		s.replaced = s.replaced || !s.shared && t.isReplaced(cur)
		switch cur.ParentEdgeKind() {
		case edge.ParenExpr_X:
		case edge.SliceExpr_X:
			slice := parent.Node().(*ast.SliceExpr)
			if hasNoCapacity(t.info, slice) {
				t.read(cur)
				return
			}
			if _, ok := t.info.TypeOf(e).Underlying().(*types.Array); ok {
				t.escapes = true
				return
			}
			s.cut = slice.High != nil && slice.Max == nil
		case edge.StarExpr_X:
			s.shared, s.address = s.shared || !s.address, false
		case edge.IndexExpr_X:
			switch t.info.TypeOf(e).Underlying().(type) {
			case *types.Slice, *types.Map, *types.Pointer:
				s.shared = true
			case *types.Array:
			default: // a string
				t.use(cur, s.address)
				return
			}
		case edge.SelectorExpr_X:
			selection := t.info.Selections[parent.Node().(*ast.SelectorExpr)]
			if selection == nil || selection.Kind() != types.FieldVal {
				t.use(cur, s.shared || s.address)
				return
			}
			s.shared = s.shared || selection.Indirect()
		case edge.UnaryExpr_X:
			if parent.Node().(*ast.UnaryExpr).Op != token.AND {
				t.read(cur)
				return
			}
			s.address = true
		case edge.CallExpr_Args:
			if !t.call(cur, &s) {
				return
			}
		case edge.AssignStmt_Lhs, edge.IncDecStmt_X:
			if s.shared {
				t.changeInPlace(parent, s)
			} else {
				t.change(parent, false)
			}
			return
		case edge.AssignStmt_Rhs, edge.ValueSpec_Values:
			t.assign(cur, s)
			return
		case edge.RangeStmt_X:
			t.rangeOver(cur, s)
			return
		case edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.IfStmt_Cond, edge.SwitchStmt_Tag, edge.CaseClause_List, edge.IndexExpr_Index:
			t.read(cur)
			return
		case edge.ExprStmt_X: // a call, whose result nobody takes
			return
		default:
			t.use(cur, s.address)
			return
		}
		cur = parent
	}
}

func (t *trace) read(cur inspector.Cursor) { t.reads = append(t.reads, cur) }

func (t *trace) change(cur inspector.Cursor, inPlace bool) {
	t.changes = append(t.changes, change{cur, inPlace})
}

// changeInPlace is for a change that all see who have what is changed: everybody
// who got it from the getter, unless it is something else by then.
func (t *trace) changeInPlace(cur inspector.Cursor, s step) {
	if s.replaced {
		t.read(cur)
		return
	}
	t.change(cur, true)
}

// use is for code that is not known: it reads what holds nothing that could be
// changed, and else may change it or set it.
func (t *trace) use(cur inspector.Cursor, address bool) {
	e, ok := cur.Node().(ast.Expr)
	if !ok || address || hasReferences(t.info.TypeOf(e), nil) {
		t.escapes = true
		return
	}
	t.read(cur)
}

// assign traces the value into what it is assigned to.
func (t *trace) assign(cur inspector.Cursor, s step) {
	to, ok := assigned(cur)
	if !ok {
		t.escapes = true
		return
	}
	if isBlank(to) {
		if s.appended {
			t.change(cur.Parent(), s.cut)
		}
		return
	}
	if t.isPart(to) {
		return // the change is where that is mentioned
	}
	v := isVar(t.info, to)
	if v == nil || !t.isLocal(v) || s.replaced || s.address && !s.shared || !traceable(v.Type()) {
		t.use(cur, s.address)
		return
	}
	if s.appended {
		t.change(cur.Parent(), s.cut)
	}
	t.vars[v] = true
	t.assigns[cur.Parent().Node()] = true
}

// isPart tells whether an expression is a part of the traced value, but not a
// variable that has it.
func (t *trace) isPart(e ast.Expr) bool {
	base := t.base(e)
	if v := isVar(t.info, base); v != nil {
		return base != e && t.vars[v]
	}
	m, ok := methodOf(t.info, ast.Unparen(base))
	return ok && m.verb == "Get" && m.field == t.method.field && m.accessor == t.method.accessor
}

// isLocal tells whether a variable is declared in the function's body.
func (t *trace) isLocal(v *types.Var) bool {
	b := body(t.top.Node())
	if b == nil || v.Pos() < b.Pos() || b.End() <= v.Pos() {
		return false
	}
	for cur := range t.top.Preorder((*ast.Field)(nil)) { // a parameter or a result of a function literal
		for _, name := range cur.Node().(*ast.Field).Names {
			if t.info.Defs[name] == v {
				return false
			}
		}
	}
	return true
}

// rangeOver traces the elements of the value that a loop goes over.
func (t *trace) rangeOver(cur inspector.Cursor, s step) {
	t.read(cur)
	loop := cur.Parent().Node().(*ast.RangeStmt)
	if loop.Value == nil || isBlank(loop.Value) || s.replaced {
		return
	}
	v := isVar(t.info, loop.Value)
	switch {
	case v == nil || !t.isLocal(v):
		if typ := t.info.TypeOf(loop.Value); typ == nil || hasReferences(typ, nil) {
			t.escapes = true
		}
	case hasReferences(v.Type(), nil) && traceable(v.Type()):
		t.vars[v] = true
		t.assigns[loop] = true
	case hasReferences(v.Type(), nil):
		t.escapes = true
	}
}
