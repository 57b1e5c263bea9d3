package vet

import "go/types"

// traceable tells whether a variable of a type may show a change to it.
func traceable(typ types.Type) bool {
	switch typ.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Pointer, *types.Struct, *types.Array:
		return true
	}
	return false
}

// hasReferences tells whether a value of a type leads to something that can be
// changed through it.
func hasReferences(typ types.Type, seen []types.Type) bool {
	if typ == nil {
		return true
	}
	for _, s := range seen {
		if s == typ {
			return false
		}
	}
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.UnsafePointer
	case *types.Array:
		return hasReferences(u.Elem(), append(seen, typ))
	case *types.Struct:
		for f := range u.Fields() {
			if hasReferences(f.Type(), append(seen, typ)) {
				return true
			}
		}
		return false
	case *types.Tuple:
		for v := range u.Variables() {
			if hasReferences(v.Type(), append(seen, typ)) {
				return true
			}
		}
		return false
	}
	return true
}
