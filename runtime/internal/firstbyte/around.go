package firstbyte

import (
	"net/http"
	"reflect"
)

// WentAround tells whether the header has left through a writer below without
// passing through this response. It reports false if the header has left through
// a response outside, unless it came there by a writer between the two. Writers
// below a response that has let an informational response pass are not asked,
// because frameworks take that for the header.
func (r *Response) WentAround() bool {
	if r.is(left) {
		return false
	}
	misled := r.is(informed)
	w := r.below
	for range maxWriters {
		if outer := responseOf(w); outer != nil {
			if outer.is(left) {
				return false
			}
			misled = misled || outer.is(informed)
		} else if !misled && saysSent(w) {
			return true
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// leftOutside tells whether the header has left through a response that this one
// is sent through. It asks no other writer, which may be at work on another
// goroutine.
func (r *Response) leftOutside() bool {
	w := r.below
	for range maxWriters {
		if outer := responseOf(w); outer != nil && outer.is(left) {
			return true
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// saysSent tells whether w says that the header was sent. Writers of web
// frameworks say so by a method, as gin's does, or by a field, as echo's does.
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
	if !ok || len(f.Index) != 1 { // a field of an embedded pointer, which may be nil
		return false
	}
	committed, _ := v.Elem().FieldByIndex(f.Index).Interface().(bool)
	return committed
}
