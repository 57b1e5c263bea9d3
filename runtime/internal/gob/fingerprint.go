package gob

import (
	"crypto/sha256"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"reflect"
)

// A Fingerprint tells stored shapes apart: which format, and which type down
// to its leaves. It depends on the declaration alone, so every build of the
// same declaration computes the same one. It is no defence against forgery.
type Fingerprint [4]byte

// FingerprintOf returns the fingerprint of t as the format, "gob" or "json",
// stores it.
func FingerprintOf(format string, t reflect.Type) Fingerprint {
	h := sha256.New()
	io.WriteString(h, format)
	w := shapeWriter{h, format == "json", map[reflect.Type]int{}}
	w.write(t)
	return Fingerprint(h.Sum(nil)[:len(Fingerprint{})])
}

// A shapeWriter writes the shape of types. A type that was met before is
// written as a number, which ends the recursion of recursive types.
type shapeWriter struct {
	h    hash.Hash
	json bool
	met  map[reflect.Type]int
}

// The interfaces by which a type encodes itself, for each format. The name of
// such a type stands for its shape.
var (
	gobMarshalers = []reflect.Type{
		reflect.TypeFor[gob.GobEncoder](),
		reflect.TypeFor[encoding.BinaryMarshaler](),
	}
	jsonMarshalers = []reflect.Type{
		reflect.TypeFor[json.Marshaler](),
		reflect.TypeFor[encoding.TextMarshaler](),
	}
)

func (w shapeWriter) write(t reflect.Type) {
	if n, ok := w.met[t]; ok {
		fmt.Fprintf(w.h, "#%d;", n)
		return
	}
	if t.Kind() == reflect.Pointer { // which neither format stores
		if t.Name() != "" {
			w.met[t] = len(w.met)
		}
		w.write(t.Elem())
		return
	}
	if w.marshals(t) {
		name := t.Name()
		if name == "" {
			name = t.String() // an unnamed struct that embeds a marshaler
		}
		fmt.Fprintf(w.h, "%s.%s;", t.PkgPath(), name)
		return
	}
	io.WriteString(w.h, t.Kind().String())
	switch t.Kind() {
	case reflect.Array:
		fmt.Fprintf(w.h, "[%d]", t.Len())
		w.nested(t, t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			io.WriteString(w.h, "bytes") // stored as one text, unlike pointers to bytes
		}
		w.nested(t, t.Elem())
	case reflect.Map:
		w.nested(t, t.Key(), t.Elem())
	case reflect.Struct:
		w.met[t] = len(w.met)
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() || f.Anonymous {
				io.WriteString(w.h, f.Name)
				if w.json {
					fmt.Fprintf(w.h, "%q", f.Tag.Get("json"))
				}
				io.WriteString(w.h, " ")
				w.write(f.Type)
			}
		}
	}
	io.WriteString(w.h, ";")
}

// nested writes the parts of t, which may hold t again if it has a name.
func (w shapeWriter) nested(t reflect.Type, parts ...reflect.Type) {
	if t.Name() != "" {
		w.met[t] = len(w.met)
	}
	for _, part := range parts {
		w.write(part)
	}
}

func (w shapeWriter) marshals(t reflect.Type) bool {
	marshalers := gobMarshalers
	if w.json {
		marshalers = jsonMarshalers
	}
	for _, m := range marshalers {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return false
}
