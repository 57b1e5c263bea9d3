package runtime

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/firstbyte"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// requestKey is the key of a [request] in the context of its handler.
type requestKey struct{}

// A request is what the middleware keeps of one HTTP request: its session, once
// the handler has asked for it, and the state of its response. It is also the
// context of its handler, and holds the handler's http.Request, so that all take
// one allocation.
type request struct {
	context.Context // of the request that came in

	engine *engine
	outer  *request // of another manager's middleware around this one, or nil

	// The session. See get.
	mu        sync.Mutex
	load      load
	loading   bool          // the load is under way
	presented bool          // a cookie of our name came
	ambiguous bool          // several came that differ
	touched   atomic.Bool   // the load has ended: what it has set stays as it is
	arrived   sealed.Moment // when the request came; 0 if no body follows, which could take long
	rare      *rareLoad     // nil for most requests
	session   *Session      // nil if From failed
	err       error         // the error of From

	// The response. Like its ResponseWriter it belongs to one goroutine.
	over     atomic.Bool  // the handler has returned or panicked
	returned bool         // the handler has returned
	listed   bool         // in the outer request's list, whose mu guards this
	bypassed bool         // the header was sent by another writer or request, and a commit failed then
	caching  directive    // in the header, by this manager or one within it; mu guards it
	cookie   *http.Cookie // of this manager, in the header
	response firstbyte.Response
	inner    *request                               // the last one in the list of those within this one; see join
	earlier  *request                               // the one before this one in the outer request's list
	lines    struct{ vary, cacheControl [1]string } // room for what the header holds

	http http.Request // the handler's copy, whose context this is
}

// Value implements [context.Context].
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// String implements [fmt.Stringer], as the contexts of package context do, so
// that printing a context does not print the visitor's session.
func (r *request) String() string { return fmt.Sprintf("%v.WithSession", r.Context) }

// detached is the context of work that must be done even if the client has
// gone.
type detached struct{ r *request }

func (detached) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }
func (detached) Done() <-chan struct{}                   { return nil }
func (detached) Err() error                              { return nil }
func (d detached) String() string                        { return fmt.Sprintf("%v.WithoutCancel", d.r) }

// Value finds what the From that has loaded the session was given: a middleware
// within this one may have added something, such as the span of a trace.
func (d detached) Value(key any) any {
	if key == (requestKey{}) || d.r.load.Context == nil {
		return d.r.Value(key)
	}
	return d.r.load.Context.Value(key)
}

// contextFor returns ctx if it was made from the context of this request, and
// otherwise the context of this request. ctx is preferred because it alone has
// what a middleware within this one has added, such as the id of a trace.
func (r *request) contextFor(ctx context.Context) context.Context {
	of, _ := requestOf(ctx)
	for ; of != nil; of = of.outer {
		if of == r {
			return ctx
		}
	}
	return r
}

// requestOf returns the innermost request that ctx belongs to, or nil. within
// is the request whose load has called the store with ctx, or nil.
func requestOf(ctx context.Context) (r, within *request) {
	switch v := ctx.Value(requestKey{}).(type) {
	case *request:
		return v, nil
	case *load:
		r, _ = requestOf(v.Context)
		return r, v.r
	}
	return nil, nil
}

// A middleware is what [Manager.Middleware] returns. It is no closure, which
// would be compiled in the packages of its callers, without what makes the copy
// of the http.Request cost no allocation.
type middleware struct {
	engine *engine
	next   http.Handler
}

func (m *middleware) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	e, next := m.engine, m.next
	ctx := hr.Context()
	outer, _ := requestOf(ctx)
	for outer != nil && outer.over.Load() {
		outer = outer.outer // it is over, but its context is still in use
	}
	w = outer.writerFor(w)
	for o := outer; o != nil; o = o.outer {
		if o.engine == e {
			next.ServeHTTP(w, hr)
			return
		}
		if o.engine.cookieName == e.cookieName {
			e.config.ErrorHandler(w, hr, fmt.Errorf("sessiongen: two managers with the cookie %q around one handler: give one another Config.CookieName", e.cookieName))
			return
		}
	}
	r := &request{Context: ctx, engine: e, outer: outer}
	r.response.Init(w, (*gate)(r))
	if hr.ContentLength != 0 {
		r.arrived = sealed.MomentOf(e.now())
	}
	shareTrailer(hr)
	r.http = *hr.WithContext(r)
	defer r.end(hr)
	next.ServeHTTP(r.response.Writer(), &r.http)
	r.afterHandler() // not deferred: when the handler panics, nothing is stored
	r.returned = true
}

// end is called when the handler has returned or panicked. What is written
// afterwards comes from outside of the middleware.
func (r *request) end(hr *http.Request) {
	r.over.Store(true)
	handBack(hr, &r.http, r)
}
