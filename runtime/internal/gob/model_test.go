package gob_test

import (
	"encoding"
	stdgob "encoding/gob"
	"reflect"
)

// A model says what is read of a value that another declaration has stored. It
// goes by Go types alone, without a stream and ids. It knows no embedded
// structs.
type model struct{ met map[[2]reflect.Type]bool }

// fits tells whether a b can be read of a stored a.
func (m model) fits(a, b reflect.Type) bool {
	a, b = pointee(a), pointee(b)
	if at := [2]reflect.Type{a, b}; m.met[at] {
		return true
	} else {
		m.met[at] = true
	}
	if kindOf(a) != kindOf(b) {
		return false
	}
	switch kindOf(a) {
	case reflect.Array:
		return a.Len() == b.Len() && m.fits(a.Elem(), b.Elem())
	case reflect.Slice:
		return m.fits(a.Elem(), b.Elem())
	case reflect.Map:
		return m.fits(a.Key(), b.Key()) && m.fits(a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			f, g, ok := fieldsOf(a, b, i)
			if ok && !m.fits(f.Type, g.Type) {
				return false
			}
		}
	}
	return true
}

// fitsAtTop is fits for a value that is no part of another.
func fitsAtTop(a, b reflect.Type) bool {
	if !(model{map[[2]reflect.Type]bool{}}).fits(a, b) {
		return false
	}
	a, b = pointee(a), pointee(b)
	if kindOf(a) != reflect.Struct || a.NumField() == 0 || b.NumField() == 0 {
		return true
	}
	for i := range a.NumField() {
		if _, _, ok := fieldsOf(a, b, i); ok {
			return true
		}
	}
	return false
}

// fieldsOf returns the i-th field of a and that of b with its name.
func fieldsOf(a, b reflect.Type, i int) (f, g reflect.StructField, ok bool) {
	f = a.Field(i)
	g, ok = b.FieldByName(f.Name)
	return f, g, ok && f.IsExported() && pointee(f.Type).Kind() != reflect.Chan
}

func pointee(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// Kinds that stand for several.
const (
	byGobEncode     = reflect.UnsafePointer
	byMarshalBinary = reflect.Chan
	octets          = reflect.Func
)

// kindOf returns one kind for all that gob takes for one type.
func kindOf(t reflect.Type) reflect.Kind {
	switch p := reflect.PointerTo(t); {
	case p.Implements(reflect.TypeFor[stdgob.GobDecoder]()):
		return byGobEncode
	case p.Implements(reflect.TypeFor[encoding.BinaryUnmarshaler]()):
		return byMarshalBinary
	}
	switch k := t.Kind(); k {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return reflect.Int
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return reflect.Uint
	case reflect.Float32:
		return reflect.Float64
	case reflect.Complex64:
		return reflect.Complex128
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return octets
		}
		return k
	default:
		return k
	}
}

// read sets b, which is zero, to what is read of a, which is addressable. It is
// not ok if a number is too large.
func read(a, b reflect.Value) (ok bool) {
	for a.Kind() == reflect.Pointer {
		a = a.Elem()
	}
	for b.Kind() == reflect.Pointer {
		b.Set(reflect.New(b.Type().Elem()))
		b = b.Elem()
	}
	switch kindOf(a.Type()) {
	case byGobEncode:
		data, err := a.Addr().Interface().(stdgob.GobEncoder).GobEncode()
		return err == nil && b.Addr().Interface().(stdgob.GobDecoder).GobDecode(data) == nil
	case byMarshalBinary:
		data, err := a.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
		return err == nil && b.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(data) == nil
	case reflect.Bool:
		b.SetBool(a.Bool())
	case reflect.Int:
		b.SetInt(a.Int())
		return !b.OverflowInt(a.Int())
	case reflect.Uint:
		b.SetUint(a.Uint())
		return !b.OverflowUint(a.Uint())
	case reflect.Float64:
		b.SetFloat(a.Float())
		return !b.OverflowFloat(a.Float())
	case reflect.Complex128:
		b.SetComplex(a.Complex())
		return !b.OverflowComplex(a.Complex())
	case reflect.String:
		b.SetString(a.String())
	case octets:
		if a.Len() > 0 {
			b.SetBytes(a.Bytes())
		}
	case reflect.Array:
		return readElements(a, b)
	case reflect.Slice:
		if a.Len() > 0 {
			b.Set(reflect.MakeSlice(b.Type(), a.Len(), a.Len()))
		}
		return readElements(a, b)
	case reflect.Map:
		return readMap(a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			_, g, both := fieldsOf(a.Type(), b.Type(), i)
			if both && !isLeftOut(a.Field(i)) && !read(a.Field(i), b.FieldByIndex(g.Index)) {
				return false
			}
		}
	}
	return true
}

func readElements(a, b reflect.Value) bool {
	for i := range a.Len() {
		if !read(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func readMap(a, b reflect.Value) bool {
	b.Set(reflect.MakeMap(b.Type()))
	for i := a.MapRange(); i.Next(); {
		key, elem := reflect.New(b.Type().Key()).Elem(), reflect.New(b.Type().Elem()).Elem()
		if !read(withAddress(i.Key()), key) || !read(withAddress(i.Value()), elem) {
			return false
		}
		b.SetMapIndex(key, elem)
	}
	return true
}

func withAddress(v reflect.Value) reflect.Value {
	at := reflect.New(v.Type()).Elem()
	at.Set(v)
	return at
}

// isLeftOut tells whether nothing is stored for a field of a struct.
func isLeftOut(v reflect.Value) bool {
	switch kindOf(v.Type()) {
	case byGobEncode, byMarshalBinary:
		own := v.Type().Implements(reflect.TypeFor[stdgob.GobEncoder]()) || v.Type().Implements(reflect.TypeFor[encoding.BinaryMarshaler]())
		return own && v.IsZero()
	case reflect.Pointer:
		if v.IsNil() {
			return true
		}
		k := kindOf(pointee(v.Type()))
		return k != byGobEncode && k != byMarshalBinary && isLeftOut(v.Elem())
	case reflect.Array, reflect.Struct:
		return false
	case reflect.String, reflect.Slice, octets:
		return v.Len() == 0
	}
	return v.IsZero()
}
