package storable

import (
	"go/types"
	"slices"
)

// A method of a type that turns its values into bytes, or back.
type method struct {
	// pointer tells that only a pointer to the type has it.
	pointer bool

	promoted bool // from an embedded field

	// throughPointer tells that it is promoted through an embedded pointer or
	// interface, which is nil in a new value.
	throughPointer bool

	// beside are the other fields of the structs that it is promoted through.
	// It knows nothing of them.
	beside []field
}

var (
	bytes = types.NewSlice(types.Typ[types.Byte])
	fails = types.Universe.Lookup("error").Type()

	marshal   = signature(nil, []types.Type{bytes, fails})
	unmarshal = signature([]types.Type{bytes}, []types.Type{fails})
	isZero    = signature(nil, []types.Type{types.Typ[types.Bool]})
)

func signature(params, results []types.Type) *types.Signature {
	return types.NewSignatureType(nil, nil, nil, tuple(params), tuple(results), false)
}

func tuple(list []types.Type) *types.Tuple {
	var vars []*types.Var
	for _, t := range list {
		vars = append(vars, types.NewParam(0, nil, "", t))
	}
	return types.NewTuple(vars...)
}

// lookup returns t's or *t's method of that name, nil if there is none with
// that signature.
func lookup(t types.Type, name string, sig *types.Signature) *method {
	object, path, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := object.(*types.Func)
	if !ok || !types.Identical(f.Type(), sig) {
		return nil
	}
	byValue, _, _ := types.LookupFieldOrMethod(t, false, nil, name)
	m := &method{pointer: byValue == nil}
	for _, i := range path[:len(path)-1] {
		t = m.promote(structOf(t), i)
	}
	return m
}

// promote notes that m is promoted from the field i of s, and returns the
// field's type.
func (m *method) promote(s *types.Struct, i int) types.Type {
	m.promoted = true
	through := s.Field(i).Type()
	if is[*types.Pointer](through) || is[*types.Interface](through) {
		m.throughPointer = true
	}
	for j, f := range fields(s) {
		if j != i {
			m.beside = append(m.beside, f)
		}
	}
	return through
}

func (m *method) loses(stored func(field) bool) bool {
	return slices.ContainsFunc(m.beside, stored)
}
