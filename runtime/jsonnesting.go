package runtime

import (
	"encoding"
	"encoding/json"
	"reflect"
)

// maxJSONStack is how many pointers, interfaces, structs, slices and maps
// encoding/json may find in one another. It recurses for each without a limit
// of its own, and a stack that overflows ends the process: that can't be
// recovered from. What is just too deep to be read back is well below.
const maxJSONStack = 200_000

// jsonNesting is what there is to know of a type before its values are written.
type jsonNesting struct {
	interfaces bool                  // there may be some in it
	endless    map[reflect.Type]bool // of the types in it: whether values can be nested without an end
}

// look takes in t, and tells whether its values can be nested without an end.
func (n *jsonNesting) look(t reflect.Type) bool {
	endless, known := n.endless[t]
	if known {
		return endless
	}
	n.endless[t] = true // for those that t is a part of, while it is looked at
	switch t.Kind() {
	case reflect.Interface:
		n.interfaces, endless = true, true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		endless = !writesItself(t) && n.look(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !writesItself(t) && n.look(t.Field(i).Type) {
				endless = true
			}
		}
	}
	n.endless[t] = endless
	return endless
}

// writesItself tells whether encoding/json has values of type t write
// themselves.
func writesItself(t reflect.Type) bool {
	if t.Name() == "" && t.NumMethod() == 0 {
		return false
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// overflows tells whether more than left values are nested in one another.
func (n *jsonNesting) overflows(v reflect.Value, left int) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
	default:
		return false
	}
	endless, known := n.endless[v.Type()]
	switch {
	case known && !endless, !known && writesItself(v.Type()):
		return false
	case left == 0:
		return true
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && n.overflows(v.Elem(), left-1)
	case reflect.Map:
		return n.mapOverflows(v, left-1)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" && n.overflows(v.Field(i), left-1) {
				return true
			}
		}
	default:
		for i := range v.Len() {
			if n.overflows(v.Index(i), left-1) {
				return true
			}
		}
	}
	return false
}

func (n *jsonNesting) mapOverflows(v reflect.Value, left int) bool {
	elem := reflect.New(v.Type().Elem()).Elem() // Value would allocate each time
	for i := v.MapRange(); i.Next(); {
		elem.SetIterValue(i)
		if n.overflows(elem, left) {
			return true
		}
	}
	return false
}
