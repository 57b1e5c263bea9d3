package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A history is what the requests of one run did and saw.
type history struct {
	s       *schedule
	mu      sync.Mutex
	running int
	ops     []*op
	endings []*op    // Renew and Destroy
	cookies []string // that Renew gave, or a Login that carried the session on
	tokens  []given
	acts    []*act

	destroyed bool // acknowledged
	refreshed bool // a load wrote the idle deadline
	wrong     []string
}

// change changes the history. It locks, because several requests change the
// history until each of them meets its first step.
func (h *history) change(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	do()
}

func (h *history) fail(format string, args ...any) {
	h.change(func() { h.wrong = append(h.wrong, fmt.Sprintf(format, args...)) })
}

// ending returns the step at which the first Renew or Destroy began, and the
// step at which it was acknowledged. A step that did not come is never.
func (h *history) ending() (began, ended int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	began, ended = never, never
	for _, o := range h.endings {
		began, ended = min(began, o.from), min(ended, o.to)
	}
	return began, ended
}

// An actor is one request.
type actor struct {
	*history
	who     int
	deed    string
	alone   bool // the deed does not load the session
	value   int  // what it sets
	manager *Manager[visitor]
	session *visitor
	loading *op
	failed  bool // to write the idle deadline
	created bool // a new session
}

// now is the request's clock.
func (a *actor) now() time.Time {
	if a.who != observer && a.deed != idleRefresh && a.session == nil && !a.alone {
		return a.s.wall().Add(-idleSince)
	}
	return a.s.wall()
}

// begin begins an operation. What a request does after it has crashed does not
// count.
func (a *actor) begin(variable string, apply func(value) value) *op {
	o := &op{variable: variable, apply: apply, by: a.who, from: never, to: never}
	if !a.s.dead(a.who) {
		a.s.begin(a.who, o)
	}
	return o
}

// load opens the session and notes what it found. It reports false if the load
// failed.
func (a *actor) load(ctx context.Context, m *Manager[visitor], token string) bool {
	a.loading = a.begin(loading, nil)
	v, err := m.Open(ctx, token)
	a.s.end(a.who, a.loading)
	if err != nil {
		a.returned("load", err)
		return false
	}
	a.session = v
	alive := v.session.phase() == living
	a.change(func() {
		a.acts = append(a.acts, &act{a.loading, "load", []func(lives) (lives, bool){func(l lives) (lives, bool) {
			return l, l.has(sessionToken) == alive || a.s.evicted && !alive
		}}})
	})
	a.s.note(a.who, "load", v.String())
	began, ended := a.ending()
	switch living := v.session.phase() == living; {
	case living && a.loading.from > ended:
		a.fail("a load that began after the end was acknowledged found the session")
	case living:
		a.sawAll(a)
		if a.deed == idleRefresh && !a.failed {
			a.change(func() { a.refreshed = true })
		}
	case began == never && !a.s.evicted:
		a.fail("a load found no session although nobody began to end it")
	}
	return true
}

// write notes a write, how it ended, and when.
func (a *actor) write(variable string, apply func(value) value, do func() error) error {
	if a.session.session.phase() != living {
		do() // ErrEnded, or a session of its own
		return nil
	}
	o := a.begin(variable, apply)
	a.change(func() { a.ops = append(a.ops, o) })
	err := do()
	if err == nil && !a.created { // else it went into a new session
		a.s.end(a.who, o)
	}
	return err
}

// end notes a Renew or a Destroy, and its result.
func (a *actor) end(do func() error, done func()) error {
	o := a.begin(ending, nil)
	a.change(func() { a.endings = append(a.endings, o) })
	err := do()
	if err == nil {
		a.s.end(a.who, o)
		a.change(done)
	}
	return err
}

// saw notes what was read between the steps of an operation.
func (h *history) saw(variable string, v value, during *op) {
	h.change(func() {
		h.ops = append(h.ops, &op{variable: variable, read: &v, by: observer, from: during.from, to: during.to})
	})
}

// sawAll notes what a load read.
func (h *history) sawAll(a *actor) {
	v := a.session
	h.saw("t", value{v.t.Has(), v.t.Get()}, a.loading)
	h.saw("v", value{v.v.Has(), v.v.Get()}, a.loading)
	h.saw("n", value{v.n.Has(), v.n.Get()}, a.loading)
}

func (a *actor) readLazy(ctx context.Context) error {
	o := a.begin("c", nil)
	has, err := a.session.c.Has(ctx, &a.session.session, 3)
	a.s.end(a.who, o)
	if err == nil && a.session.session.phase() == living {
		v := value{has, a.session.c.Loaded()}
		a.s.note(a.who, "lazy read", "c="+v.String())
		a.saw("c", v, o)
	}
	return err
}

// returned notes the error that an operation of the request returned, and
// whether the operation may return it.
func (a *actor) returned(what string, err error) {
	if a.s.dead(a.who) {
		return
	}
	outcome := "ok"
	if err != nil {
		outcome = err.Error()
	}
	a.s.note(a.who, "return", outcome)
	if err == nil || errors.Is(err, ErrEnded) || a.s.hit() && errors.Is(err, ErrUnavailable) {
		return
	}
	a.fail("%s: %v", what, err)
}

// met notes an event that the request met.
func (a *actor) met(_ context.Context, e Event) {
	switch {
	case e.Kind == EventFailed:
		a.failed = true
	case e.Kind == EventCreated:
		a.created = true
	case e.Err == errAccountMissing && a.who == observer: // it has expired
	case e.Kind == EventEnded && !a.s.evicted && len(a.acts) > 0 && !slices.ContainsFunc(a.acts, (*act).takesOut):
		a.fail("a session is said to be ended that nobody has ended")
	case (e.Kind == EventLost || e.Kind == EventRefused || e.Kind == EventChanged) && !a.s.evicted:
		a.fail("a living session was found broken: %s %s: %v", e.Kind, e.Field, e.Err)
	}
}

// String shows what the session holds, the lazy variable only if it was
// fetched.
func (s *visitor) String() string {
	if s.session.phase() != living {
		return "no session"
	}
	var text []string
	for _, x := range []struct {
		name string
		v    *Var[int]
	}{{"t", &s.t}, {"v", &s.v}, {"n", &s.n}} {
		text = append(text, fmt.Sprintf("%s=%v", x.name, value{x.v.Has(), x.v.Get()}))
	}
	return strings.Join(text, " ")
}
