package gob

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"
	"strings"
)

// maxPointers is how many pointers in a row are followed. A type that points to
// itself has no end of them.
const maxPointers = 100

// appendFresh lets a fresh encoder of encoding/gob append what v, a pointer,
// points to.
//
// It hands gob a pointer to the value, so that methods with a pointer receiver
// are found; and not more than one pointer, because gob panics on a pointer to
// a pointer that marshals itself.
func appendFresh(dst []byte, v reflect.Value) (_ []byte, err error) {
	for depth := 0; v.Elem().Kind() == reflect.Pointer; depth++ {
		if v = v.Elem(); v.IsNil() {
			return nil, errNil
		}
		if depth > maxPointers {
			return nil, errDeep
		}
	}
	defer recoverPanic(&err)
	b := bytes.NewBuffer(dst)
	if err := gob.NewEncoder(b).EncodeValue(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decodeFresh lets a fresh decoder of encoding/gob set what at points to. It
// clears that value before, because gob would merge into it.
func decodeFresh(data string, at reflect.Value) (err error) {
	at.Elem().SetZero()
	for depth := 0; at.Elem().Kind() == reflect.Pointer; depth++ {
		if depth > maxPointers {
			return errDeep
		}
		at.Elem().Set(reflect.New(at.Elem().Type().Elem()))
		at = at.Elem()
	}
	defer recoverPanic(&err)
	// A strings.Reader is an io.ByteReader, so gob reads no further than it
	// needs, and what is left is visible.
	r := strings.NewReader(data)
	if err := gob.NewDecoder(r).DecodeValue(at); err != nil {
		return err
	}
	if r.Len() != 0 {
		return errTrailing
	}
	return nil
}

// recoverPanic turns a panic into an error: that of a type's own method, or of
// encoding/gob, which panics for some values, such as those that reach a field
// through an embedded nil pointer.
func recoverPanic(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
