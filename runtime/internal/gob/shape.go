package gob

import (
	"encoding"
	"encoding/gob"
	"reflect"
)

// A shape is the form in which gob stores the values of a type.
type shape uint8

// The shapes that need no description are numbered as gob numbers their types.
const (
	boolean       shape = idBool
	integer       shape = idInt
	unsigned      shape = idUint
	floating      shape = idFloat
	octets        shape = idBytes
	text          shape = idString
	complexNumber shape = idComplex
)

const (
	array shape = idComplex + 1 + iota
	slice
	mapping
	structure
	pointer         // gob sends what it points to
	byGobEncode     // the type has GobEncode and GobDecode
	byMarshalBinary // the type has MarshalBinary and UnmarshalBinary, and not the methods above
	translated      // a structure that another declaration has stored
)

var shapeNames = [...]string{
	"nothing that is read", "a bool", "an int", "a uint", "a float", "bytes", "a string", "a complex",
	"an array", "a slice", "a map", "a struct", "a pointer", "what GobEncode returns", "what MarshalBinary returns", "a struct",
}

func (s shape) String() string { return shapeNames[s] }

// readAs returns the shape that values of t, which is no pointer, are stored in.
func readAs(t reflect.Type) (s shape, ok bool) {
	if s, _, ok = marshalerOf(t); ok && s == 0 {
		s = shapeOf(t)
	}
	return s, ok && s != 0
}

// shapeOf returns the shape of a type that does not marshal itself, or 0 if it
// has none.
func shapeOf(t reflect.Type) shape {
	switch t.Kind() {
	case reflect.Bool:
		return boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integer
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return unsigned
	case reflect.Float32, reflect.Float64:
		return floating
	case reflect.Complex64, reflect.Complex128:
		return complexNumber
	case reflect.String:
		return text
	case reflect.Array:
		return array
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return octets
		}
		return slice
	case reflect.Map:
		return mapping
	case reflect.Struct:
		return structure
	}
	return 0
}

// marshalerOf returns how t, which is no pointer, marshals itself: s is 0 if it
// does not. ok is false if what t writes can't be read back.
func marshalerOf(t reflect.Type) (s shape, byValue, ok bool) {
	if t.Kind() == reflect.Interface {
		return 0, false, false
	}
	to, byValue := methodsOf(t, reflect.TypeFor[gob.GobEncoder](), reflect.TypeFor[encoding.BinaryMarshaler]())
	from, fromByValue := methodsOf(t, reflect.TypeFor[gob.GobDecoder](), reflect.TypeFor[encoding.BinaryUnmarshaler]())
	return to, byValue, to == from && !fromByValue
}

func methodsOf(t, gobber, binary reflect.Type) (s shape, byValue bool) {
	switch p := reflect.PointerTo(t); {
	case p.Implements(gobber):
		return byGobEncode, t.Implements(gobber)
	case p.Implements(binary):
		return byMarshalBinary, t.Implements(binary)
	}
	return 0, false
}

// isPlainPointer tells whether following the pointers of t comes to an end, and
// whether none of them is named if they lead to a type that marshals itself: a
// named pointer has no methods, even if what it points to has some.
func isPlainPointer(t reflect.Type) bool {
	named := false
	for range maxPointers {
		named = named || t.Name() != ""
		if t = t.Elem(); t.Kind() != reflect.Pointer {
			s, _, ok := marshalerOf(t)
			return !named || ok && s == 0
		}
	}
	return false
}
