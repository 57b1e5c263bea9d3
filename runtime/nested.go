package runtime

import "net/http"

// around returns the outer request if both have the same response, and nil if
// not: within a request, a handler may serve requests of its own making. The
// answer may become yes when somebody asks for the header.
func (r *request) around() *request {
	if o := r.outer; o != nil && o.response.Carries(&r.response) {
		return o
	}
	return nil
}

// outerLeft tells whether the header has left through a request around r, even
// behind a writer that does not tell what it wraps. For that it asks for the
// header, so call it only where a cookie or an error response would change it. A
// refused response does not count: an ErrorHandler may have begun r to answer.
func (r *request) outerLeft() bool {
	for o := r.outer; o != nil; o = o.outer {
		if !o.response.HeaderLeft() || o.response.Refused() != nil {
			continue
		}
		r.response.Header()
		if o.response.Carries(&r.response) {
			return true
		}
	}
	return false
}

// writerFor returns the writer for a middleware that is called with w within r.
// If w is below the writer of r or of a request around it, nothing that is
// written to w would commit these. So that all of them are passed, the outermost
// one comes first: its writer is the one below the next.
func (r *request) writerFor(w http.ResponseWriter) http.ResponseWriter {
	if r == nil {
		return w
	}
	return r.response.WriterFor(r.outer.writerFor(w))
}

// join puts r into the list of the request around it, if there is one, and that
// one into the list of the next. A failure of the outer manager then keeps the
// cookies of r.
//
// It is called not when the request begins but when there may be a cookie to
// keep: until then the writer must not be asked for its header, which a handler
// may share between fragments of a page that it has served side by side.
//
// Each list has a lock for the same reason. What the requests in it hold has
// none, so the fragments must have ended when the outer response leaves.
func (r *request) join() {
	for o := r.around(); o != nil; r, o = o, o.around() {
		o.mu.Lock()
		if !r.listed {
			r.listed = true
			o.inner, r.earlier = r, o.inner
		}
		o.mu.Unlock()
	}
}

// keepInner puts the cookies of the requests within r back into the header.
// What these have stored stays stored, and without its cookie a renewed session
// would be lost.
func (r *request) keepInner(h http.Header) {
	r.mu.Lock()
	last := r.inner
	r.mu.Unlock()
	last.keepCookies(h)
}

// keepCookies does so with the cookies of the earlier ones beside r, of r and
// of the requests within it.
func (r *request) keepCookies(h http.Header) {
	if r == nil {
		return
	}
	r.earlier.keepCookies(h)
	if r.cookie != nil {
		line := r.cookie.String()
		dropLine(h, line) // put there before the outer response kept what it found
		h.Add("Set-Cookie", line)
	}
	r.keepInner(h)
}
