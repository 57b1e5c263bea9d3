package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// A rareLoad holds what only few loads need.
type rareLoad struct {
	awaited chan struct{} // closed when the load ends; nil unless somebody waits for it
	held    []Event       // events of the load, to be told when it is over
}

// A load is one load of a request's session. It is also the context that the
// store gets for it, around the context of the From that began the load. By
// that context requestOf knows a call that comes from within the load.
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

// noMiddleware returns the error of a From whose context belongs to no request
// of these sessions. It logs the error, too: handlers tend to answer all errors
// of From alike, so that this mistake, which is in how the app is wired, would
// go unseen.
func (e *engine) noMiddleware(ctx context.Context) error {
	err, hr := ErrNoMiddleware, frameworkRequest(ctx)
	if r, _ := requestOf(ctx); r != nil {
		hr = &r.http // the request passed through another manager's middleware
	} else if hr != nil {
		err = fmt.Errorf("%w: the Request of the %T is not the one that the middleware hands on", err, ctx)
	}
	if e.throttles.noMiddleware.allow(e.now()) {
		e.logRequest(ctx, hr, slog.LevelError, "session not found", slog.Any("error", err), slog.String("caller", caller()),
			slog.String("remedy", "wrap the handler in the Middleware of these sessions, and give From the context of the request that it hands on"))
	}
	return e.noted(err)
}

// errWithinLoad is what From returns to the Store that is loading the session,
// or to code that this Store calls. Otherwise the load would wait for itself.
var errWithinLoad = errors.New("sessiongen: From called by the store that is loading this very session: a store can't use the session")

// get loads the session at the first call. Every call returns the session, or
// the error of the load. No lock is held while the store is asked, so that a
// call that comes meanwhile waits only as long as its own context allows.
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

// begin begins the load and reports true, unless the session is loaded already
// or another call is loading it.
func (r *request) begin(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.touched.Load() || r.loading {
		return false
	}
	r.load, r.loading = load{ctx, r}, true
	return true
}

// finish ends the load. First it lets the calls go on that wait for the load,
// and then it tells the events of the load, because OnEvent may ask for the
// session.
func (r *request) finish() {
	ctx := r.load.Context
	r.mu.Lock()
	rare := r.rare
	r.loading, r.rare = false, nil
	r.mu.Unlock()
	if rare == nil {
		return
	}
	if rare.awaited != nil {
		close(rare.awaited)
	}
	for _, ev := range rare.held {
		r.engine.tell(ctx, r, ev)
	}
}

// await waits for the load that is under way, if there is one.
func (r *request) await(ctx context.Context) error {
	r.mu.Lock()
	if !r.loading {
		r.mu.Unlock()
		return nil
	}
	rare := r.rareLoad()
	if rare.awaited == nil {
		rare.awaited = make(chan struct{})
	}
	awaited := rare.awaited
	r.mu.Unlock()
	op := operation.Begin(ctx) // no load takes longer than an operation
	defer op.End()
	select {
	case <-awaited:
		return nil
	case <-op.Done():
		return r.engine.noted(unavailable(op.Err()))
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

// hold keeps an event for the end of the load. It reports false if the load is
// over.
func (r *request) hold(ev Event) bool {
	if r.touched.Load() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rare := r.rareLoad()
	rare.held = append(rare.held, ev)
	return true
}

// rareLoad returns the rareLoad of the request, which it makes if there is
// none. r.mu must be held.
func (r *request) rareLoad() *rareLoad {
	if r.rare == nil {
		r.rare = new(rareLoad)
	}
	return r.rare
}

// loaded returns the session, or nil if it is not loaded; whether the handler
// has asked for it; and whether it is still loading. It does not wait for a
// load on another goroutine, because the handler, which answers now, did not
// wait for it either.
func (r *request) loaded() (s *Session, touched, loading bool) {
	if r.touched.Load() {
		return r.session, true, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return nil, r.loading, r.loading
}

// isAmbiguous tells whether several cookies of our name came that differ. It
// reports false while the session is being loaded, because that is not known
// yet.
func (r *request) isAmbiguous() bool { return r.touched.Load() && r.ambiguous }

// cookiePresented tells whether a cookie of our name came with the request,
// whether or not it opens a session.
func (r *request) cookiePresented() bool { return r.presented }
