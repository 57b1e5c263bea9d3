package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

const runtimePath = "github.com/sessiongen/sessiongen/runtime"

// usesRuntime tells whether a package may see generated types: its own, which
// import the runtime, or those of a package that it imports, directly or not.
func usesRuntime(pkg *types.Package) bool {
	seen := map[*types.Package]bool{}
	var visit func(*types.Package) bool
	visit = func(p *types.Package) bool {
		if seen[p] {
			return false
		}
		seen[p] = true
		if p.Path() == runtimePath {
			return true
		}
		for _, imported := range p.Imports() {
			if visit(imported) {
				return true
			}
		}
		return false
	}
	return visit(pkg)
}

// named returns the type that t is or points to, nil if it has no name.
func named(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

// is tells whether t is, or points to, the type of that name, be it generic.
func is(t types.Type, path, name string) bool {
	n := named(t)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path && n.Obj().Name() == name
}

// accessorOf returns the generated type of sessions that t is or points to, nil
// if it is none. Its name may be any: what tells it are its fields, which no
// other type has, because the runtime makes them for generated code alone.
func accessorOf(t types.Type) *types.Named {
	n := named(t)
	if n == nil {
		return nil
	}
	s, ok := n.Underlying().(*types.Struct)
	if !ok || s.NumFields() == 0 || s.NumFields() > 2 {
		return nil
	}
	if f := s.Field(0); f.Name() != "session" || !is(f.Type(), runtimePath, "Session") {
		return nil
	}
	if s.NumFields() == 2 && s.Field(1).Name() != "vars" {
		return nil
	}
	for _, name := range []string{"IsNew", "Values", "Save", "Destroy"} {
		if m, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), true, n.Obj().Pkg(), name); m == nil {
			return nil
		}
	}
	return n
}

// isSession tells whether t is a pointer to a generated session.
func isSession(t types.Type) bool {
	_, pointer := types.Unalias(t).(*types.Pointer)
	return pointer && accessorOf(t) != nil
}

// isManager tells whether t is, or points to, a generated manager of sessions.
func isManager(t types.Type) bool {
	n := named(t)
	if n == nil {
		return false
	}
	s, ok := n.Underlying().(*types.Struct)
	return ok && s.NumFields() == 1 && s.Field(0).Name() == "manager" && is(s.Field(0).Type(), runtimePath, "Manager")
}

// A method is a call of a generated method.
type method struct {
	call     *ast.CallExpr
	on       ast.Expr     // what it is called on
	name     string       // such as GetCart
	verb     string       // such as Get, or the name of a method that is for no field
	field    string       // such as Cart, or empty
	accessor *types.Named // nil for a method of the manager
	fallible bool         // it returns an error
}

var verbs = []string{"Get", "Set", "Has", "Clear", "Update", "Pop"}

// methodOf returns the generated method that a node calls. A method that the
// app has added to the type is none, nor is one of a type that only has methods
// of these names.
func methodOf(info *types.Info, node ast.Node) (method, bool) {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return method{}, false
	}
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return method{}, false
	}
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok || fn.Signature().Recv() == nil {
		return method{}, false
	}
	m := method{call: call, on: selector.X, name: fn.Name(), verb: fn.Name()}
	if results := fn.Signature().Results(); results.Len() > 0 {
		m.fallible = types.Identical(results.At(results.Len()-1).Type(), types.Universe.Lookup("error").Type())
	}
	recv := fn.Signature().Recv().Type()
	m.accessor = accessorOf(recv)
	switch {
	case m.accessor == nil:
		switch m.name {
		case "From", "Open", "Issue", "List", "End", "EndAll":
			return m, isManager(recv)
		}
		return m, false
	case m.setField():
		return m, true
	}
	switch m.name {
	case "Values", "IsNew", "ID", "Renew", "Login", "EndOthers", "Destroy", "Save", "Cookie":
		return m, true
	}
	return m, false
}

// setField finds the field that a method is for.
func (m *method) setField() bool {
	s := m.accessor.Underlying().(*types.Struct)
	if s.NumFields() < 2 {
		return false
	}
	vars, ok := s.Field(1).Type().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for _, verb := range verbs {
		field, ok := strings.CutPrefix(m.name, verb)
		if !ok {
			continue
		}
		for v := range vars.Fields() {
			if v.Name() == field {
				m.verb, m.field = verb, field
				return true
			}
		}
	}
	return false
}

// isVar returns the variable that an expression is, nil if it is none.
func isVar(info *types.Info, e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := info.ObjectOf(id).(*types.Var)
	return v
}
