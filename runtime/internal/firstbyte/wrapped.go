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

// Carries tells whether what is written to inner is a part of r. It is if the
// writer below inner is the writer of r or wraps it. It also is if inner has
// given out the header that r has, because not every wrapper tells what it
// wraps. So of such a wrapper it is known only once somebody has asked inner for
// the header.
//
// It may be called while the goroutine of r is at work, because a handler may
// serve requests of its own making side by side. So it asks nobody for a header:
// a ResponseWriter need not bear that from two goroutines, and one that nothing
// is written to may even have none to ask.
func (r *Response) Carries(inner *Response) bool {
	if r.leadsHere(inner.below) {
		return true
	}
	if !r.is(exposed) || !inner.is(exposed) {
		return false
	}
	h := reflect.ValueOf(inner.header).Pointer()
	return h != 0 && h == reflect.ValueOf(r.header).Pointer()
}

// responseOf returns the response that w is a writer of, or nil if w is another
// ResponseWriter.
func responseOf(w http.ResponseWriter) *Response {
	if ours, ok := w.(interface{ of() *Response }); ok {
		return ours.of()
	}
	return nil
}

// leadsHere tells whether w is the writer of r, or wraps it.
func (r *Response) leadsHere(w http.ResponseWriter) bool {
	for range maxWriters {
		if responseOf(w) == r {
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
// writer of r, unless r is refused: what answers in the handler's place passes.
func (r *Response) WriterFor(w http.ResponseWriter) http.ResponseWriter {
	if reflect.ValueOf(w).Comparable() && w == r.below && r.Refused() == nil {
		return r.Writer()
	}
	return w
}
