package storable

import (
	"cmp"
	"go/types"
	"iter"
)

// What follows tells how the encodings see types that can be stored.

// JSONMethod returns the name of the method by which encoding/json has values of
// type t marshal themselves, empty if t is a pointer or has none.
func JSONMethod(t types.Type) string {
	if is[*types.Pointer](t) {
		return ""
	}
	p, _ := pairOf(value{t: t}, jsonFormat, textFormat)
	return p.marshal
}

// JSONBytes tells whether encoding/json stores a slice as one string.
func JSONBytes(s *types.Slice) bool { return jsonBytes(s) }

// GobSends tells whether gob sends a field.
func GobSends(f *types.Var) bool {
	target, _ := value{t: types.Unalias(f.Type())}.deref()
	return f.Exported() && !is[*types.Chan](target.t) && !is[*types.Signature](target.t)
}

// A JSONField is a field of an object that encoding/json stores.
type JSONField struct {
	Name   string
	Type   types.Type
	Quoted bool // as text, by the option "string"
}

// JSONFields yields the fields of the object that a struct is stored as, those
// of structs embedded in it included.
func JSONFields(s *types.Struct) iter.Seq[JSONField] {
	return func(yield func(JSONField) bool) { jsonFields(s, 0, yield) }
}

func jsonFields(s *types.Struct, depth int, yield func(JSONField) bool) bool {
	for _, f := range fields(s) {
		switch {
		case !f.jsonSees() || depth > maxDepth:
		case f.jsonFlattens():
			if !jsonFields(structOf(f.Type()), depth+1, yield) {
				return false
			}
		default:
			name, _ := f.jsonName()
			if !yield(JSONField{cmp.Or(name, f.Name()), f.Type(), f.jsonQuotes()}) {
				return false
			}
		}
	}
	return true
}
