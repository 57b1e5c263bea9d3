package storable

import "go/types"

// maxDepth ends the walk through a generic type that is made of ever larger
// instances of itself. The compiler refuses it, but it has not seen it yet.
const maxDepth = 200

// value is a place in a variable where a value is kept.
type value struct {
	t     types.Type // no alias and, after deref, no pointer
	path  string
	depth int

	// addressable tells whether reflection can take the value's address, and
	// so find the methods of its pointer. It can't within a map.
	addressable bool

	inStruct bool // it is a field
	inKey    bool // it is the key of a map, or a part of one

	// owner is the type of the struct that it is a field of, and member the
	// field, if it is one.
	owner  types.Type
	member *types.Var

	// here is the package that declares the variable, nil if any is as good.
	// given tells that another one says what is at this place.
	here  *types.Package
	given bool

	// through is the innermost pointer type that leads to the value, nil if
	// there is none.
	through types.Type
}

// element returns the place of an element of v.
func (v value) element(t types.Type, addressable bool) value {
	return value{t: types.Unalias(t), path: v.path + "[]", depth: v.depth + 1, addressable: addressable, inKey: v.inKey, here: v.here, given: v.foreign()}
}

// key returns the place of a key of v, which is a map.
func (v value) key(t types.Type) value {
	return value{t: types.Unalias(t), path: v.path + "[key]", depth: v.depth + 1, inKey: true, here: v.here, given: v.foreign()}
}

// field returns the place of a field of v, which is a struct.
func (v value) field(f *types.Var) value {
	place := v.element(f.Type(), v.addressable)
	place.path, place.inStruct, place.owner, place.member = v.path+"."+f.Name(), true, v.t, f
	place.given = v.here != nil && f.Pkg() != v.here
	return place
}

// deref follows the pointers at v. It fails if they have no end.
func (v value) deref() (value, bool) {
	for range maxDepth {
		p, ok := v.t.Underlying().(*types.Pointer)
		if !ok {
			return v, true
		}
		v.t, v.through, v.addressable = types.Unalias(p.Elem()), v.t, true
	}
	return v, false
}

// throughNamed tells whether the innermost pointer is of a named type. Those
// have no methods.
func (v value) throughNamed() bool {
	_, ok := v.through.(*types.Named)
	return ok
}

// name returns a type as messages show it.
func name(t types.Type) string {
	if s, ok := t.(*types.Struct); ok && s.NumFields() > 0 {
		return "struct{...}"
	}
	return types.TypeString(t, (*types.Package).Name)
}

// is tells whether T is what t is underneath.
func is[T types.Type](t types.Type) bool {
	_, ok := t.Underlying().(T)
	return ok
}

func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}
