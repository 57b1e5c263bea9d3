package runtime

import (
	"context"
	"errors"
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

	// The session. See get.
	mu        sync.Mutex
	load      load
	loading   bool          // the load is under way
	touched   atomic.Bool   // From has returned: what follows stays as it is
	presented bool          // a cookie of our name came
	ambiguous bool          // several did that differ
	awaited   chan struct{} // closed when the load ends; nil unless somebody waits for it
	held      *[]Event      // those of the load, until it is over
	session   *Session      // nil if From failed
	err       error         // what it failed with

	// The response. Like its ResponseWriter it belongs to one goroutine.
	over       atomic.Bool  // the handler has returned or panicked
	exposed    bool         // the handler may have changed the header
	headerLeft bool         // the header was sent, or given away by Hijack
	around     bool         // the header was sent by another writer, and a commit failed for it
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

// load is the load of a request's session, and its context: that of the From
// that began it. From whatever the store does with it, the load can be told.
type load struct {
	context.Context
	r *request
}

// Value implements [context.Context].
func (l *load) Value(key any) any {
	if key == (requestKey{}) {
		return l
	}
	return l.Context.Value(key)
}

// String implements [fmt.Stringer].
func (l *load) String() string { return fmt.Sprintf("%v.WithLoad", l.Context) }

// requestOf returns the innermost request that ctx belongs to, or nil. within
// is a request whose load ctx is a part of.
func requestOf(ctx context.Context) (r, within *request) {
	switch v := ctx.Value(requestKey{}).(type) {
	case *request:
		return v, nil
	case *load:
		return v.r, v.r
	}
	return nil, nil
}

func (e *engine) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		ctx := hr.Context()
		outer, _ := requestOf(ctx)
		for outer != nil && outer.over.Load() {
			outer = outer.outer // its context outlived it
		}
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
		r.http = withContext(r, hr)
		defer r.end(hr)
		next.ServeHTTP(newWriter(r), r.http)
		r.afterHandler() // not deferred: when the handler panics, nothing is stored
	})
}

// end is called when the handler has returned or panicked. What is written
// afterwards is the answer of somebody outside.
func (r *request) end(hr *http.Request) {
	r.over.Store(true)
	handBack(hr, r.http, r)
}

// from returns the session of the request that ctx belongs to.
func (e *engine) from(ctx context.Context) (*Session, error) {
	given := ctx
	r, within := requestOf(ctx)
	if r == nil {
		if hr := frameworkRequest(ctx); hr != nil {
			ctx = hr.Context()
			r, within = requestOf(ctx)
		}
	}
	for ; r != nil; r = r.outer {
		if r.engine != e {
			continue
		}
		if within == r && !r.touched.Load() {
			return nil, errWithinLoad
		}
		return r.get(ctx)
	}
	return nil, e.noMiddleware(given)
}

// errWithinLoad is what From returns to a Store, or to what it calls, instead
// of waiting for itself.
var errWithinLoad = errors.New("runtime: From called by the store that is loading this very session: a store can't use the session")

// get loads the session at the first call, and returns it or its error at every
// call. Nothing is locked while the store is asked: who comes meanwhile
// waits as long as its own context allows.
func (r *request) get(ctx context.Context) (*Session, error) {
	if r.touched.Load() {
		return r.session, r.err
	}
	for !r.begin(ctx) {
		if err := r.await(ctx); err != nil {
			return nil, err
		}
		if r.touched.Load() {
			return r.session, r.err
		}
	}
	defer r.finish() // also if the store panics
	r.open()
	r.touched.Store(true)
	return r.session, r.err
}

// begin makes the caller the one who loads the session, unless there is one.
func (r *request) begin(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.touched.Load() || r.loading {
		return false
	}
	r.load, r.loading = load{ctx, r}, true
	return true
}

// finish lets those go on who wait for the load, and then tells what happened
// in it: who is told may ask for the session.
func (r *request) finish() {
	r.mu.Lock()
	r.loading = false
	if r.awaited != nil {
		close(r.awaited)
		r.awaited = nil
	}
	r.mu.Unlock()
	if held := r.held; held != nil {
		r.held = nil
		for _, ev := range *held {
			r.engine.tell(r, r, ev)
		}
	}
}

// await waits for the load that is under way, if there is one.
func (r *request) await(ctx context.Context) error {
	r.mu.Lock()
	if !r.loading {
		r.mu.Unlock()
		return nil
	}
	if r.awaited == nil {
		r.awaited = make(chan struct{})
	}
	awaited := r.awaited
	r.mu.Unlock()
	op := operate(ctx) // a load takes no longer
	defer op.end()
	select {
	case <-awaited:
		return nil
	case <-op.Done():
		return unavailable(op.Err())
	}
}

// open opens the session that the request's cookie names.
func (r *request) open() {
	e := r.engine
	c := findCookie(r.http.Header["Cookie"], e.cookieName)
	r.presented, r.ambiguous = c.presented, c.ambiguous
	if !c.ok {
		r.session = e.newSession()
		r.session.request = r
		if c.ambiguous {
			r.hold(Event{Kind: EventAmbiguous, Err: errAmbiguous})
		}
		return
	}
	r.session, r.err = e.load(&r.load, c.token, r)
}

// hold keeps an event for the end of the load. It reports false if that is
// over.
func (r *request) hold(ev Event) bool {
	if r.touched.Load() {
		return false
	}
	if r.held == nil {
		r.held = new([]Event)
	}
	*r.held = append(*r.held, ev)
	return true
}

// loaded returns the session if it was loaded, and whether the handler has
// asked for it.
func (r *request) loaded() (s *Session, touched bool) {
	if !r.touched.Load() {
		r.await(context.Background()) // another goroutine may be about to load it
	}
	if !r.touched.Load() {
		return nil, false
	}
	return r.session, true
}

// cookiePresented tells whether a cookie of our name came with the request, be
// it a session's or not.
func (r *request) cookiePresented() bool { return r.presented }
