package firstbyte

import (
	"net/http"
	"reflect"
)

// maxWriters bounds how far writers that wrap one another are followed, because
// a writer might wrap itself.
const maxWriters = 64

// unwrap returns the writer that w wraps, or nil.
func unwrap(w http.ResponseWriter) http.ResponseWriter {
	if wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter }); ok {
		return wrapper.Unwrap()
	}
	return nil
}

// find returns the first writer that implements T: w, or a writer that it
// wraps.
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

// Carries tells whether what is written to w is a part of r. It is if w is the
// writer of r or wraps it. It also is if w has the header of r, because not
// every wrapper tells what it wraps.
//
// It may be called while the response's goroutine is at work, because a handler
// may serve requests of its own making side by side. So it does not call
// r.Header, but asks w for its header, and compares it with the one that r has
// given out, if any.
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

// WriterFor returns the writer for a handler that is called with w, within the
// handler that has the writer of r. It is w, unless w is the writer below: a
// framework that begins anew with a request may have no other. Then it is the
// writer of r.
func (r *Response) WriterFor(w http.ResponseWriter) http.ResponseWriter {
	if reflect.ValueOf(w).Comparable() && w == r.below {
		return r.Writer()
	}
	return w
}
