package gob_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// valueOf returns the last message of a stream without the id.
func valueOf(t *testing.T, data []byte) []byte {
	t.Helper()
	_, _, value, err := gob.Split(data)
	if err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	return []byte(value)
}

// outline returns what a stream tells of the type of its value, without the ids
// and names of types. With encoding/gob both depend on which types the process
// has met before.
func outline(t *testing.T, data []byte) string {
	t.Helper()
	types, id, _, err := gob.Split(data)
	if err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	var b strings.Builder
	met := map[int64]int{}
	var write func(id int64)
	write = func(id int64) {
		n, again := met[id]
		w, known := types[id]
		switch {
		case again:
			fmt.Fprintf(&b, "#%d", n)
			return
		case !known:
			fmt.Fprintf(&b, "basic %d", id)
			return
		}
		met[id] = len(met)
		switch {
		case w.ArrayT != nil:
			fmt.Fprintf(&b, "[%d]", w.ArrayT.Len)
			write(int64(w.ArrayT.Elem))
		case w.SliceT != nil:
			b.WriteString("[]")
			write(int64(w.SliceT.Elem))
		case w.MapT != nil:
			b.WriteString("map[")
			write(int64(w.MapT.Key))
			b.WriteByte(']')
			write(int64(w.MapT.Elem))
		case w.GobEncoderT != nil:
			b.WriteString("GobEncode")
		case w.BinaryMarshalerT != nil:
			b.WriteString("MarshalBinary")
		default:
			b.WriteString("{")
			for _, f := range w.StructT.Fields {
				fmt.Fprintf(&b, " %s ", f.Name)
				write(int64(f.ID))
			}
			b.WriteString(" }")
		}
	}
	write(id)
	return b.String()
}

// holdsMap tells whether the order of what gob writes is up to chance.
func holdsMap(t reflect.Type, met []reflect.Type) bool {
	for _, m := range met {
		if m == t {
			return false
		}
	}
	met = append(met, t)
	switch t.Kind() {
	case reflect.Map:
		return true
	case reflect.Array, reflect.Slice, reflect.Pointer:
		return holdsMap(t.Elem(), met)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsMap(t.Field(i).Type, met) {
				return true
			}
		}
	}
	return false
}
