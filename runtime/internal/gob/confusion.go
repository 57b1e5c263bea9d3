package gob

import (
	"encoding"
	"encoding/gob"
	"reflect"
)

// encoding/gob compiles one engine for a type that several fields of a struct
// have, by what the stream says of the first of them. If another declaration
// had fields of different types there, the values of one would be read as those
// of the other: silently wrong, or with counts that nobody has checked.
//
// A confusion looks for that in what a stream describes.
type confusion struct {
	types described
	seen  map[pairing]bool
	alike map[int64]int64 // to another id whose type is the same but for ids and names of types
}

// pairing is a struct type and what a stream has for it.
type pairing struct {
	id  int64
	typ reflect.Type
}

// confuse tells whether encoding/gob would confuse types of the stream, whose
// value is of type id, as it decodes it into a t.
func (d described) confuse(id int64, t reflect.Type) bool {
	c := &confusion{d, map[pairing]bool{}, map[int64]int64{}}
	return c.in(id, t, map[reflect.Type]int64{})
}

// in looks into a value of type id that becomes a t, beside the types that
// engines were compiled for.
func (c *confusion) in(id int64, t reflect.Type, engines map[reflect.Type]int64) bool {
	base := t
	for i := 0; i < maxPointers && base.Kind() == reflect.Pointer; i++ {
		base = base.Elem()
	}
	if from, _ := methodsOf(base, reflect.TypeFor[gob.GobDecoder](), reflect.TypeFor[encoding.BinaryUnmarshaler]()); from != 0 {
		return false
	}
	w, known := c.types[id]
	if first, compiled := engines[t]; compiled {
		return !c.same(first, id)
	}
	if !known {
		return false
	}
	engines[t] = id
	// Where the two don't match, encoding/gob refuses.
	switch {
	case w.ArrayT != nil && base.Kind() == reflect.Array:
		return c.in(int64(w.ArrayT.Elem), base.Elem(), engines)
	case w.SliceT != nil && base.Kind() == reflect.Slice:
		return c.in(int64(w.SliceT.Elem), base.Elem(), engines)
	case w.MapT != nil && base.Kind() == reflect.Map:
		return c.in(int64(w.MapT.Key), base.Key(), engines) || c.in(int64(w.MapT.Elem), base.Elem(), engines)
	case w.StructT != nil && base.Kind() == reflect.Struct:
		return c.inFields(pairing{id, base})
	}
	return false
}

func (c *confusion) inFields(p pairing) bool {
	if c.seen[p] {
		return false
	}
	c.seen[p] = true
	engines := map[reflect.Type]int64{}
	for _, sent := range c.types[p.id].StructT.Fields {
		if f, ok := p.typ.FieldByName(sent.Name); ok && f.IsExported() && c.in(int64(sent.ID), f.Type, engines) {
			return true
		}
	}
	return false
}

// same tells whether the types a and b are the same but for ids and names of
// types. It takes them to be until their parts show otherwise, which ends the
// search, so no two that were joined are compared again.
func (c *confusion) same(a, b int64) bool {
	a, b = c.representative(a), c.representative(b)
	if a == b {
		return true
	}
	v, knownA := c.types[a]
	w, knownB := c.types[b]
	if !knownA || !knownB {
		return false
	}
	c.alike[a] = b
	switch {
	case v.ArrayT != nil && w.ArrayT != nil:
		return v.ArrayT.Len == w.ArrayT.Len && c.same(int64(v.ArrayT.Elem), int64(w.ArrayT.Elem))
	case v.SliceT != nil && w.SliceT != nil:
		return c.same(int64(v.SliceT.Elem), int64(w.SliceT.Elem))
	case v.MapT != nil && w.MapT != nil:
		return c.same(int64(v.MapT.Key), int64(w.MapT.Key)) && c.same(int64(v.MapT.Elem), int64(w.MapT.Elem))
	case v.StructT != nil && w.StructT != nil:
		return c.sameFields(v.StructT.Fields, w.StructT.Fields)
	case v.GobEncoderT != nil && w.GobEncoderT != nil, v.BinaryMarshalerT != nil && w.BinaryMarshalerT != nil:
		return true
	}
	return false
}

func (c *confusion) sameFields(a, b []wireField) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name || !c.same(int64(a[i].ID), int64(b[i].ID)) {
			return false
		}
	}
	return true
}

// representative returns the id that stands for all that are alike.
func (c *confusion) representative(id int64) int64 {
	for {
		next, ok := c.alike[id]
		if !ok {
			return id
		}
		if last, ok := c.alike[next]; ok {
			c.alike[id] = last
		}
		id = next
	}
}
