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
	interfaces bool                      // there may be some in it
	parts      map[reflect.Type]jsonPart // the types in it
}

// jsonPart is a type that others are made of.
type jsonPart struct {
	endless   bool  // its values can be nested without an end
	fields    []int // of a struct: those that can be
	byAddress bool  // those that have an address write themselves
}

// look takes in t, and tells whether its values can be nested without an end.
func (n *jsonNesting) look(t reflect.Type) bool {
	part, known := n.parts[t]
	if known {
		return part.endless
	}
	n.parts[t] = jsonPart{endless: true} // for those that t is a part of, while it is looked at
	always, byAddress := writesItself(t)
	part.byAddress = byAddress
	switch {
	case always:
	case t.Kind() == reflect.Interface:
		n.interfaces, part.endless = true, true
	case t.Kind() == reflect.Struct:
		for _, i := range writtenFields(t) {
			if n.look(t.Field(i).Type) {
				part.endless, part.fields = true, append(part.fields, i)
			}
		}
	case nests(t.Kind()):
		part.endless = n.look(t.Elem())
	}
	n.parts[t] = part
	return part.endless
}

func nests(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		return true
	}
	return false
}

// writtenFields returns the fields of a struct that encoding/json may write.
func writtenFields(t reflect.Type) (list []int) {
	for i := range t.NumField() {
		if f := t.Field(i); (f.IsExported() || f.Anonymous) && f.Tag.Get("json") != "-" {
			list = append(list, i)
		}
	}
	return list
}

// writesItself tells whether encoding/json has values of type t write themselves,
// and whether it has at least those whose address it can take: what is in an
// interface or in a map has none.
func writesItself(t reflect.Type) (always, byAddress bool) {
	if t.Name() == "" && t.NumMethod() == 0 {
		return false, false
	}
	always = t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
	p := reflect.PointerTo(t)
	return always, always || p.Implements(jsonMarshaler) || p.Implements(textMarshaler)
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// overflows tells whether more than left values are nested in one another. To
// encoding/json, v has an address only if addressed is true.
func (n *jsonNesting) overflows(v reflect.Value, addressed bool, left int) bool {
	kind := v.Kind()
	if !nests(kind) {
		return false
	}
	part, known := n.parts[v.Type()]
	if !known { // as what is in interfaces
		always, byAddress := writesItself(v.Type())
		part.endless, part.byAddress = !always, byAddress
		if part.endless && kind == reflect.Struct {
			part.fields = writtenFields(v.Type())
		}
	}
	switch {
	case !part.endless, addressed && part.byAddress:
		return false
	case left == 0:
		return true
	}
	left--
	switch kind {
	case reflect.Pointer:
		return !v.IsNil() && n.overflows(v.Elem(), true, left)
	case reflect.Interface:
		if v.NumMethod() == 0 && v.CanInterface() {
			return n.anyOverflows(v.Interface(), left)
		}
		return !v.IsNil() && n.overflows(v.Elem(), false, left)
	case reflect.Map:
		return n.mapOverflows(v, left)
	case reflect.Struct:
		for _, i := range part.fields {
			if n.overflows(v.Field(i), addressed, left) {
				return true
			}
		}
	default:
		addressed = addressed || kind == reflect.Slice
		for i := range v.Len() {
			if n.overflows(v.Index(i), addressed, left) {
				return true
			}
		}
	}
	return false
}

// anyOverflows does the same for what is in an interface, and without reflection
// where it is as JSON has it.
func (n *jsonNesting) anyOverflows(v any, left int) bool {
	switch v := v.(type) {
	case nil, bool, string, float64, int:
		return false
	case []any:
		for _, elem := range v {
			if left == 0 || n.anyOverflows(elem, left-1) {
				return true
			}
		}
		return false
	case map[string]any:
		for _, elem := range v {
			if left == 0 || n.anyOverflows(elem, left-1) {
				return true
			}
		}
		return false
	}
	return n.overflows(reflect.ValueOf(v), false, left)
}

func (n *jsonNesting) mapOverflows(v reflect.Value, left int) bool {
	elem := reflect.New(v.Type().Elem()).Elem() // Value would allocate each time
	for i := v.MapRange(); i.Next(); {
		elem.SetIterValue(i)
		if n.overflows(elem, false, left) {
			return true
		}
	}
	return false
}
