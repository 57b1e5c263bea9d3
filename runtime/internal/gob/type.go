package gob

import "reflect"

// A gobType is a type, compiled for encoding and decoding its values. It never
// changes, so that many goroutines can use it.
type gobType struct {
	shape  shape
	id     int64 // 0 for a pointer
	typ    reflect.Type
	key    *gobType
	elem   *gobType
	fields []gobField // those that gob sends

	// byValue is for a type that marshals itself. It tells whether the type
	// does so by methods of the value. Only then does gob leave out the zero
	// value in a struct.
	byValue bool

	// from and stored are for a type that is read as a stream describes it. The
	// id is then an id of that stream. stored are the fields of the type, if it
	// is translated.
	from   *translation
	stored []storedField
}

type gobField struct {
	index int
	*gobType
}

// A typeBuilder builds a gobType, and those of all types that it is made of.
// When it meets a type again, such as a recursive type within itself, it takes
// the gobType that is there, even if that is not complete yet.
type typeBuilder struct {
	types     map[place]*gobType
	ids       map[reflect.Type]int64
	described []*gobType // by id, from firstID on
}

// A place is a type, and whether its values are addressable where it stands.
// Values within a map have no address, which gob would need to call methods
// that only the pointer has.
type place struct {
	typ         reflect.Type
	addressable bool
}

func newTypeBuilder() *typeBuilder {
	return &typeBuilder{map[place]*gobType{}, map[reflect.Type]int64{}, nil}
}

// build returns t as gob sees it. It reports false for a type that gob refuses,
// for a type that holds an interface, because the value of an interface may
// describe further types, and for a type for which the rules of gob are so odd
// that they are better left to encoding/gob.
func (b *typeBuilder) build(t reflect.Type, addressable bool) (*gobType, bool) {
	at := place{t, addressable}
	if g := b.types[at]; g != nil {
		return g, true
	}
	g := &gobType{typ: t}
	b.types[at] = g
	if t.Kind() == reflect.Pointer {
		return g, b.pointer(g)
	}
	var ok bool
	if g.shape, g.byValue, ok = marshalerOf(t); !ok || g.shape != 0 && !addressable && !g.byValue {
		return nil, false
	}
	if g.shape == 0 {
		g.shape = shapeOf(t)
	}
	switch {
	case g.shape == 0:
		return nil, false
	case g.shape <= complexNumber:
		g.id = int64(g.shape)
		return g, true
	}
	return g, b.parts(g, addressable)
}

func (b *typeBuilder) pointer(g *gobType) (ok bool) {
	if !isPlainPointer(g.typ) {
		return false
	}
	g.shape = pointer
	g.elem, ok = b.build(g.typ.Elem(), true)
	return ok
}

// parts builds the parts of a type that a stream must describe. The type gets
// its id before its parts get theirs, and has the same id wherever it stands.
func (b *typeBuilder) parts(g *gobType, addressable bool) (ok bool) {
	id, known := b.ids[g.typ]
	if !known {
		id = firstID + int64(len(b.described))
		b.ids[g.typ] = id
		b.described = append(b.described, g)
	}
	g.id = id
	switch g.shape {
	case array:
		g.elem, ok = b.build(g.typ.Elem(), addressable)
	case slice:
		g.elem, ok = b.build(g.typ.Elem(), true)
	case mapping:
		if g.key, ok = b.build(g.typ.Key(), false); ok {
			g.elem, ok = b.build(g.typ.Elem(), false)
		}
	case structure:
		ok = b.fields(g, addressable)
	default:
		ok = true
	}
	return ok
}

func (b *typeBuilder) fields(g *gobType, addressable bool) bool {
	for i := range g.typ.NumField() {
		if f := g.typ.Field(i); isSent(f) {
			inner, ok := b.build(f.Type, addressable)
			if !ok {
				return false
			}
			g.fields = append(g.fields, gobField{i, inner})
		}
	}
	return len(g.fields) > 0 || g.typ.NumField() == 0
}

func (g *gobType) marshalsItself() bool { return g.shape == byGobEncode || g.shape == byMarshalBinary }

// wireID returns the id of the type that gob sends for g, which is never a
// pointer.
func (g *gobType) wireID() int32 { return int32(g.pointee().id) }

// pointee returns what g points to in the end, or g itself if it is no pointer.
func (g *gobType) pointee() *gobType {
	for g.shape == pointer {
		g = g.elem
	}
	return g
}

// isSent tells whether gob sends a field.
func isSent(f reflect.StructField) bool {
	t := f.Type
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	return f.IsExported() && t.Kind() != reflect.Chan && t.Kind() != reflect.Func
}
