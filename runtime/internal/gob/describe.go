package gob

import (
	"reflect"
	"sync"
)

// A wireType is the description of a type in a stream. Exactly one field is
// set. The description is itself a gob value, of this type, so the order of the
// fields matters.
type wireType struct {
	ArrayT           *wireArray
	SliceT           *wireSlice
	StructT          *wireStruct
	MapT             *wireMap
	GobEncoderT      *wireMarshaler
	BinaryMarshalerT *wireMarshaler
	TextMarshalerT   *wireMarshaler // which no encoder writes
}

type (
	wireCommon struct {
		Name string
		ID   int32
	}
	wireArray struct {
		Common wireCommon
		Elem   int32
		Len    int
	}
	wireSlice struct {
		Common wireCommon
		Elem   int32
	}
	wireStruct struct {
		Common wireCommon
		Fields []wireField
	}
	wireField struct {
		Name string
		ID   int32
	}
	wireMap struct {
		Common    wireCommon
		Key, Elem int32
	}
	wireMarshaler struct{ Common wireCommon }
)

// wireTypeType is how a wireType is encoded and decoded.
var wireTypeType = sync.OnceValue(func() *gobType {
	g, _ := newTypeBuilder().build(reflect.TypeFor[wireType](), true)
	return g
})

// describe returns the description of g, whose parts must have their ids. It
// gives no names to types: like the fingerprint, what is stored depends on the
// shape of a type alone. encoding/gob needs no such names, and often writes
// none.
func describe(g *gobType) wireType {
	common := wireCommon{ID: g.wireID()}
	switch g.shape {
	case array:
		return wireType{ArrayT: &wireArray{common, g.elem.wireID(), g.typ.Len()}}
	case slice:
		return wireType{SliceT: &wireSlice{common, g.elem.wireID()}}
	case mapping:
		return wireType{MapT: &wireMap{common, g.key.wireID(), g.elem.wireID()}}
	case byGobEncode:
		return wireType{GobEncoderT: &wireMarshaler{common}}
	case byMarshalBinary:
		return wireType{BinaryMarshalerT: &wireMarshaler{common}}
	}
	w := wireStruct{Common: common}
	for _, f := range g.fields {
		w.Fields = append(w.Fields, wireField{g.typ.Field(f.index).Name, f.wireID()})
	}
	return wireType{StructT: &w}
}

// descriptions returns the messages that describe the types of b. A stream that
// has values of these types begins with them.
func (b *typeBuilder) descriptions() []byte {
	var dst []byte
	for _, g := range b.described {
		var at int
		dst, at = beginMessage(dst)
		dst = appendInt(dst, -g.id)
		w := describe(g)
		// This can't fail: w is not nested deep, and holds no nil in a slice.
		dst, _ = wireTypeType().append(dst, reflect.ValueOf(&w).Elem(), 0)
		dst = endMessage(dst, at)
	}
	return dst
}
