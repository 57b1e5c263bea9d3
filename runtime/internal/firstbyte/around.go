package firstbyte

import (
	"net/http"
	"reflect"
)

// WentAround tells whether the header has left through a writer below, although
// none of ours let it pass. It can't be told when ours let an informational
// response pass: frameworks take that for the header.
func (r *Response) WentAround() bool {
	if r.informed {
		return false
	}
	w := r.below
	for range maxWriters {
		if saysSent(w) {
			return true
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// saysSent tells whether w says that the header was sent. Writers of web
// frameworks do so by a method, as gin's, or by a field, as echo's.
func saysSent(w http.ResponseWriter) bool {
	switch teller := w.(type) {
	case interface{ Written() bool }:
		return teller.Written()
	case interface{ Committed() bool }:
		return teller.Committed()
	}
	v := reflect.ValueOf(w)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return false
	}
	f, ok := v.Elem().Type().FieldByName("Committed")
	if !ok || len(f.Index) != 1 { // one of an embedded pointer, which may be nil
		return false
	}
	committed, _ := v.Elem().FieldByIndex(f.Index).Interface().(bool)
	return committed
}
