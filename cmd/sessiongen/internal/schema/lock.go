package schema

import "go/types"

// locks reports a field that holds a lock by value: Values and Issue copy the
// declared struct, and a copied lock guards nothing.
func (b *builder) locks(f field) bool {
	name := lockIn(f.Type(), map[types.Type]bool{})
	if name == "" {
		return true
	}
	b.add(f.at, f.subject(), "it holds a lock, %s, which must not be copied; make it a pointer", name)
	return false
}

// lockIn returns the name of a lock that t holds by value, or "": a type whose
// pointer has the methods Lock and Unlock, as in go vet.
func lockIn(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	if name := typeName(types.Unalias(t)); name != nil && !types.IsInterface(t) && isLock(t) {
		return types.TypeString(t, (*types.Package).Name)
	}
	switch t := t.Underlying().(type) {
	case *types.Array:
		return lockIn(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if name := lockIn(f.Type(), seen); name != "" {
				return name
			}
		}
	}
	return ""
}

func isLock(t types.Type) bool {
	// To know all methods takes longer than to know that there is no such one.
	if object, _, _ := types.LookupFieldOrMethod(t, true, nil, "Lock"); object == nil {
		return false
	}
	pointers, values := types.NewMethodSet(types.NewPointer(t)), types.NewMethodSet(t)
	for _, name := range []string{"Lock", "Unlock"} {
		if pointers.Lookup(nil, name) == nil || values.Lookup(nil, name) != nil {
			return false
		}
	}
	return true
}
