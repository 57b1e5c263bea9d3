package storable

import "go/types"

// field is a field of a struct, with its tag.
type field struct {
	*types.Var
	tag string
}

func fields(s *types.Struct) []field {
	var list []field
	for i := range s.NumFields() {
		list = append(list, field{s.Field(i), s.Tag(i)})
	}
	return list
}

// structOf returns the struct type that t is or points to, nil if none.
func structOf(t types.Type) *types.Struct {
	s, _ := elem(t).Underlying().(*types.Struct)
	return s
}

// elem returns the type that t points to, t itself if it is no pointer.
func elem(t types.Type) types.Type {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return t
}
