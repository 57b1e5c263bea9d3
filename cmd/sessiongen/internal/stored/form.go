// Package stored describes the form in which values are stored, as far as it
// decides who can read them: the kinds of all leaves and the names of fields, but
// not the names of types, nor pointers, which neither gob nor JSON stores.
//
// A [Form] is made of a type, or parsed from the text that it prints as. Forms
// are compared by what encoding/gob and encoding/json do with values that another
// declaration has written: see [Form.Reads].
package stored

import "slices"

// A Form is the form of a type's values. It may contain itself.
type Form struct {
	Kind Kind

	// Name is that of a leaf: a kind of Go, such as int32, bytes for a slice of
	// bytes, or how a type marshals itself and its name, as in
	// binary(uuid.UUID).
	Name string

	Len    int64 // of an array
	Key    *Form // of a map
	Elem   *Form // of a slice, an array or a map
	Fields []Field
}

// A Kind tells what a Form is made of.
type Kind uint8

const (
	Leaf Kind = iota
	Slice
	Array
	Map
	Struct
)

// A Field is a field of a struct. The fields of one are sorted by name.
type Field struct {
	Name string
	Embedding
	Form *Form
}

// Embedding tells whether a field is embedded. Only gob makes a difference
// there: it has a name in the stream, and so have its fields.
type Embedding uint8

const (
	NotEmbedded Embedding = iota
	Embedded
	EmbeddedPointer
)

// Equal tells whether two forms are the same.
func (f *Form) Equal(other *Form) bool { return equal(f, other, map[[2]*Form]bool{}) }

func equal(f, g *Form, met map[[2]*Form]bool) bool {
	if f == g || met[[2]*Form{f, g}] {
		return true
	}
	if f == nil || g == nil {
		return false
	}
	met[[2]*Form{f, g}] = true
	return f.Kind == g.Kind && f.Name == g.Name && f.Len == g.Len && equal(f.Key, g.Key, met) && equal(f.Elem, g.Elem, met) &&
		slices.EqualFunc(f.Fields, g.Fields, func(a, b Field) bool {
			return a.Name == b.Name && a.Embedding == b.Embedding && equal(a.Form, b.Form, met)
		})
}

// field returns the field of that name, nil if there is none.
func (f *Form) field(name string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			return &f.Fields[i]
		}
	}
	return nil
}
