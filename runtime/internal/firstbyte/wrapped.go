package firstbyte

import (
	"net/http"
	"reflect"
)

// maxWriters bounds how many writers are looked at that wrap one another: one
// might wrap itself.
const maxWriters = 64

// unwrap returns the writer that w wraps, or nil.
func unwrap(w http.ResponseWriter) http.ResponseWriter {
	if wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		return wrapper.Unwrap()
	}
	return nil
}

// find returns w, or the first writer below it, as one that can do what T asks.
func find[T any](w http.ResponseWriter) (found T, ok bool) {
	for range maxWriters {
		if found, ok = w.(T); ok {
			break
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return found, ok
}

// canFlush tells whether w, or a writer that it wraps, can flush.
func canFlush(w http.ResponseWriter) bool {
	if _, ok := find[http.Flusher](w); ok {
		return true
	}
	_, ok := find[interface{ FlushError() error }](w)
	return ok
}

// Carries tells whether what is written to w is a part of r: it passes through the
// writer of r or, where a wrapper does not tell what it wraps, has its header.
//
// It may be called beside what the response's goroutine does: a handler may serve
// requests of its own making side by side. So it does not ask for the header of r
// but for that of w, and looks whether r was asked for that one, now or before.
func (r *Response) Carries(w http.ResponseWriter) bool {
	if r.leadsHere(w) {
		return true
	}
	h := reflect.ValueOf(w.Header()).Pointer()
	return h != 0 && r.exposed.Load() && h == reflect.ValueOf(r.header).Pointer()
}

// leadsHere tells whether w is the writer of r, or wraps it.
func (r *Response) leadsHere(w http.ResponseWriter) bool {
	for range maxWriters {
		if ours, ok := w.(interface{ of() *Response }); ok && ours.of() == r {
			return true
		}
		if w = unwrap(w); w == nil {
			break
		}
	}
	return false
}

// WriterFor returns the writer for a handler within the one that has the writer
// of r: w, unless that is the one below. A framework that begins anew with a
// request has nothing else.
func (r *Response) WriterFor(w http.ResponseWriter) http.ResponseWriter {
	if reflect.ValueOf(w).Comparable() && w == r.below {
		return r.Writer()
	}
	return w
}
