package runtime

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// requestKey is the key of a [request] in the context of its handler.
type requestKey struct{}

// A request is what the middleware keeps of one HTTP request: its session,
// once the handler has asked for it, and how far its response is. It is the
// context of its handler: one allocation for both.
type request struct {
	context.Context // of the request that came in

	engine *engine
	outer  *request // of another manager's middleware around this one, or nil
	http   *http.Request
	writer http.ResponseWriter

	mu        sync.Mutex  // held while the session is loaded
	touched   atomic.Bool // From has returned: what follows stays as it is
	presented bool        // a cookie of our name came
	session   *Session    // nil if From failed
	err       error       // what it failed with

	// The response. Like its ResponseWriter it belongs to one goroutine.
	exposed    bool         // the handler may have changed the header
	headerLeft bool         // the header was sent, or given away by Hijack
	failure    error        // what the commit before it failed with
	cookie     *http.Cookie // ours, in the header

	cacheControl string                                 // what the header has of us or of a manager within this one
	inner        []*request                             // of managers within this one
	lines        struct{ vary, cacheControl [1]string } // room for what the header holds
	inherited    http.Header                            // what the header held before
}

// Value implements [context.Context].
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// String implements [fmt.Stringer], as the contexts of package context do:
// whoever prints a context must not print the visitor's session.
func (r *request) String() string { return fmt.Sprintf("%v.WithSession", r.Context) }

// detached is the context of what must be done even if the client has gone.
type detached struct{ r *request }

func (detached) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }
func (detached) Done() <-chan struct{}                   { return nil }
func (detached) Err() error                              { return nil }
func (d detached) Value(key any) any                     { return d.r.Value(key) }
func (d detached) String() string                        { return fmt.Sprintf("%v.WithoutCancel", d.r) }

// requestOf returns the innermost request that ctx belongs to, or nil.
func requestOf(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

func (e *engine) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		ctx := hr.Context()
		outer := requestOf(ctx)
		for o := outer; o != nil; o = o.outer {
			if o.engine == e {
				next.ServeHTTP(w, hr)
				return
			}
			if o.engine.cookieName == e.cookieName {
				e.config.ErrorHandler(w, hr, fmt.Errorf("runtime: two managers with the cookie %q around one handler: give one another Config.CookieName", e.cookieName))
				return
			}
		}
		r := &request{Context: ctx, engine: e, outer: outer, writer: w}
		if outer != nil {
			outer.inner = append(outer.inner, r)
		}
		r.http = hr.WithContext(r)
		// Nothing is deferred: when the handler panics, nothing is stored.
		next.ServeHTTP(newWriter(r), r.http)
		r.afterHandler()
	})
}

// from returns the session of the request that ctx belongs to.
func (e *engine) from(ctx context.Context) (*Session, error) {
	for r := requestOf(ctx); r != nil; r = r.outer {
		if r.engine == e {
			return r.load(ctx)
		}
	}
	return nil, ErrNoMiddleware
}

// load opens the session at the first call, and returns it or its error at
// every call.
func (r *request) load(ctx context.Context) (*Session, error) {
	if r.touched.Load() {
		return r.session, r.err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.touched.Load() {
		var value string
		value, r.presented = findCookie(r.http.Header["Cookie"], r.engine.cookieName)
		if r.session, r.err = r.engine.open(ctx, value); r.err == nil {
			r.session.request = r
		}
		r.touched.Store(true)
	}
	return r.session, r.err
}

// loaded returns the session if it was loaded, and whether the handler has
// asked for it.
func (r *request) loaded() (s *Session, touched bool) {
	if !r.touched.Load() {
		r.mu.Lock() // another goroutine may be about to load it
		defer r.mu.Unlock()
	}
	return r.session, r.touched.Load()
}

// cookiePresented tells whether a cookie of our name came with the request, be
// it a session's or not.
func (r *request) cookiePresented() bool { return r.presented }
