package runtime

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// visitor is the accessor that the interleavings are tried on: t and the lazy
// c are set when the requests begin, v and n are not.
type visitor struct {
	session Session
	t, v, n Var[int]
	c       LazyVar[int]
}

func visitorSchema() Schema[visitor] {
	return Schema[visitor]{
		Name:    "visitor",
		Session: func(s *visitor) *Session { return &s.session },
		Variables: []Variable[visitor]{
			Eager("T", "t", Gob[int](), func(s *visitor) *Var[int] { return &s.t }),
			Eager("V", "v", Gob[int](), func(s *visitor) *Var[int] { return &s.v }),
			Eager("N", "n", Gob[int](), func(s *visitor) *Var[int] { return &s.n }),
			Lazy("C", "c", Gob[int](), func(s *visitor) *LazyVar[int] { return &s.c }),
		},
	}
}

// A deed is what one request does to the session, besides loading it. value is
// the request's own.
type deed struct {
	name string
	do   func(ctx context.Context, h *history, s *visitor, value int) error
	long bool // too many commands to be tried with faults in the short form
}

// torture asks for the long form of the tests, of which each takes minutes.
var torture = flag.Bool("torture", false, "run the long form of the tests")

func plusOne(n *int) error { *n++; return nil }

var deeds = []deed{
	{name: "load", do: func(context.Context, *history, *visitor, int) error { return nil }},
	{name: "set", do: func(ctx context.Context, h *history, s *visitor, value int) error {
		return h.write(s, "t", setTo(value), func() error { s.t.Set(value); return s.session.Save(ctx) })
	}},
	{name: "first set", do: func(ctx context.Context, h *history, s *visitor, value int) error {
		return h.write(s, "v", setTo(value), func() error { s.v.Set(value); return s.session.Save(ctx) })
	}},
	{name: "first set and clear", long: true, do: func(ctx context.Context, h *history, s *visitor, value int) error {
		failed := h.write(s, "v", setTo(value), func() error { s.v.Set(value); return s.session.Save(ctx) })
		if err := h.write(s, "v", cleared, func() error { s.v.Clear(); return s.session.Save(ctx) }); err != nil {
			return err
		}
		return failed
	}},
	{name: "clear", do: func(ctx context.Context, h *history, s *visitor, _ int) error {
		if !s.t.Has() {
			return nil
		}
		return h.write(s, "t", cleared, func() error { s.t.Clear(); return s.session.Save(ctx) })
	}},
	{name: "update", do: func(ctx context.Context, h *history, s *visitor, value int) error {
		return h.write(s, "t", incremented, func() error { return s.t.Update(ctx, &s.session, "t", plusOne) })
	}},
	{name: "first update", do: func(ctx context.Context, h *history, s *visitor, value int) error {
		return h.write(s, "v", incremented, func() error { return s.v.Update(ctx, &s.session, "v", plusOne) })
	}},
	{name: "lazy read and set", do: func(ctx context.Context, h *history, s *visitor, value int) error {
		if err := h.readLazy(ctx, s); err != nil {
			return err
		}
		return h.write(s, "c", setTo(value), func() error { s.c.Set(value); return s.session.Save(ctx) })
	}},
	{name: "set two", long: true, do: func(ctx context.Context, h *history, s *visitor, value int) error {
		return h.write(s, "t", setTo(value), func() error {
			return h.write(s, "v", setTo(value), func() error {
				s.t.Set(value)
				s.v.Set(value)
				return s.session.Save(ctx)
			})
		})
	}},
	{name: "renew", long: true, do: func(ctx context.Context, h *history, s *visitor, value int) error {
		err := s.session.Renew(ctx)
		if err == nil && !s.session.IsNew() {
			h.note(func() {
				h.ended = true
				h.cookies = append(h.cookies, s.session.Cookie().Value)
			})
		}
		return err
	}},
	{name: "destroy", long: true, do: func(ctx context.Context, h *history, s *visitor, value int) error {
		if s.session.IsNew() {
			return nil
		}
		err := s.session.Destroy(ctx)
		if err == nil {
			h.note(func() { h.ended, h.destroyed = true, true })
		}
		return err
	}},
}

// A history is what the requests of one run did and saw.
type history struct {
	s         *schedule
	mu        sync.Mutex
	running   int
	ops       []*op
	cookies   []string // that Renew gave
	mayEnd    bool     // one of the requests renews or destroys
	ended     bool     // Renew or Destroy was acknowledged
	destroyed bool
	lost      []Event
}

// note changes the history, which several requests do until each meets its
// first step.
func (h *history) note(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *history) begin(variable string, apply func(value) value) *op {
	o := &op{variable: variable, apply: apply, from: h.s.now(), to: never}
	h.note(func() { h.ops = append(h.ops, o) })
	return o
}

// write notes a write, how it ended, and when.
func (h *history) write(s *visitor, variable string, apply func(value) value, do func() error) error {
	if s.session.phase() != living {
		do() // ErrEnded, or a session of its own
		return nil
	}
	o := h.begin(variable, apply)
	o.by = s
	err := do()
	o.end(h, err)
	return err
}

func (h *history) saw(variable string, v value, from int) {
	h.note(func() { h.ops = append(h.ops, &op{variable: variable, read: &v, from: from, to: h.s.now()}) })
}

func (h *history) sawAll(s *visitor, from int) {
	h.saw("t", value{s.t.Has(), s.t.Get()}, from)
	h.saw("v", value{s.v.Has(), s.v.Get()}, from)
	h.saw("n", value{s.n.Has(), s.n.Get()}, from)
}

func (h *history) readLazy(ctx context.Context, s *visitor) error {
	from := h.s.now()
	has, err := s.c.Has(ctx, &s.session, "c")
	if err == nil && s.session.phase() == living {
		h.saw("c", value{has, s.c.Loaded()}, from)
	}
	return err
}

// exploreDeeds runs the deeds of the given names, each in a request of its own,
// in all orders, with each of the faults at each place, and returns how many
// schedules that took.
func exploreDeeds(t *testing.T, faults []fault, names ...string) int {
	x := &explorer{}
	synctest.Test(t, func(t *testing.T) {
		x.explore(func(s *schedule) (func() int, func()) {
			s.faults = faults
			h := &history{s: s, mayEnd: slices.Contains(names, "renew") || slices.Contains(names, "destroy")}
			manager := func(who int) *Manager[visitor] {
				m, err := NewManager(Config{
					Store:  s.client(who),
					Logger: silent,
					OnEvent: func(e Event) {
						if e.Kind == EventLost || e.Kind == EventRefused || e.Kind == EventChanged {
							h.note(func() { h.lost = append(h.lost, e) })
						}
					},
				}, visitorSchema())
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			outside := manager(-1)
			first := outside.New()
			first.t.Set(100)
			first.c.Set(300)
			cookie, err := outside.Issue(t.Context(), first)
			if err != nil {
				t.Fatal(err)
			}
			s.ids[first.session.vault.key] = "S"
			h.running = len(names)
			for who, name := range names {
				m, d := manager(who), deedOf(name)
				go func() {
					defer h.note(func() { h.running-- })
					from := s.now()
					v, err := m.Open(t.Context(), cookie.Value)
					if err != nil {
						h.tolerate(t, "load", err)
						return
					}
					if v.session.phase() == living {
						h.sawAll(v, from)
					}
					err = d.do(t.Context(), h, v, 1000*(who+1))
					h.tolerate(t, name, err)
				}()
			}
			live := func() (running int) { h.note(func() { running = h.running }); return running }
			return live, func() { h.check(t, outside, cookie) }
		})
	})
	return x.runs
}

// tolerate fails the test unless err is what the request may meet.
func (h *history) tolerate(t *testing.T, what string, err error) {
	if err == nil || errors.Is(err, ErrEnded) || h.s.hit() && errors.Is(err, ErrUnavailable) {
		return
	}
	h.fail(t, "%s: %v", what, err)
}

func deedOf(name string) deed {
	return deeds[slices.IndexFunc(deeds, func(d deed) bool { return d.name == name })]
}

// check loads the session with every cookie that was handed out.
func (h *history) check(t *testing.T, m *Manager[visitor], cookie *http.Cookie) {
	open := func(token string) *visitor {
		v, err := m.Open(t.Context(), token)
		if err != nil {
			h.fail(t, "observer: %v", err)
		}
		return v
	}
	final := open(cookie.Value)
	if h.ended && !final.session.IsNew() {
		h.fail(t, "the old cookie works after the end was acknowledged")
	}
	if !h.ended && final.session.IsNew() && !h.s.evicted && !(h.mayEnd && h.s.hit()) {
		h.fail(t, "the session is gone although nobody ended it")
	}
	livingOnes := 0
	for _, token := range h.cookies {
		if v := open(token); !v.session.IsNew() {
			livingOnes++
			final = v
		}
	}
	if livingOnes > 1 {
		h.fail(t, "%d cookies of one session work", livingOnes)
	}
	if len(h.cookies) > 0 && livingOnes == 0 && !h.destroyed && !(h.mayEnd && h.s.hit()) && !h.s.evicted {
		h.fail(t, "no renewed cookie works")
	}
	if !final.session.IsNew() {
		from := h.s.now()
		h.s.clock++
		h.sawAll(final, from)
		if err := h.readLazy(t.Context(), final); err != nil && !h.s.evicted {
			h.fail(t, "observer: lazy: %v", err)
		}
	}
	if len(h.lost) > 0 && !h.s.evicted {
		h.fail(t, "a living session was found broken: %v", h.lost)
	}
	for variable, initial := range map[string]value{"t": {true, 100}, "v": {}, "n": {}, "c": {true, 300}} {
		if h.s.evicted && !initial.set {
			continue // of two first sets, one may be lost then
		}
		var ops []*op
		for _, o := range h.ops {
			if o.variable == variable {
				ops = append(ops, o)
			}
		}
		if !linearizable(initial, ops) {
			h.fail(t, "variable %q is not linearizable:\n%v", variable, ops)
		}
	}
}

func (h *history) fail(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(h.s.trace, "\n"))
}

func TestEveryInterleavingOfTwoRequests(t *testing.T) {
	total := 0
	for i, a := range deeds {
		for _, b := range deeds[i:] {
			total += exploreDeeds(t, nil, a.name, b.name)
		}
	}
	t.Logf("%d schedules", total)
}

func TestEveryInterleavingOfThreeRequests(t *testing.T) {
	triples := [][]string{
		{"set", "update", "clear"},
		{"update", "update", "update"},
		{"first update", "first update", "clear"},
		{"first set", "first update", "first update"},
		{"set", "update", "renew"},
		{"lazy read and set", "set", "renew"},
	}
	if *torture {
		triples = append(triples, [][]string{
			{"first set", "first set", "first set"},
			{"first update", "first update", "first update"},
			{"set", "first set", "renew"},
			{"first update", "first update", "renew"},
			{"set", "renew", "renew"},
			{"first set", "renew", "renew"},
			{"load", "set", "destroy"},
			{"load", "renew", "destroy"},
			{"first set", "set", "destroy"},
			{"first update", "renew", "destroy"},
		}...)
	}
	for _, names := range triples {
		runs := exploreDeeds(t, nil, names...)
		t.Logf("%s: %d schedules", strings.Join(names, ", "), runs)
	}
}

// A request goes on after a write that failed: what it does next must hold
// against all that may still come of that write.
func TestEveryInterleavingOfARequestThatWritesOnAfterAFault(t *testing.T) {
	others := []string{"load", "set"}
	if *torture {
		others = append(others, "first set", "first update")
	}
	for _, f := range []fault{timeout, late} {
		for _, other := range others {
			runs := exploreDeeds(t, []fault{f}, "first set and clear", other)
			t.Logf("%s, %s: %d schedules", f, other, runs)
		}
	}
}

func TestEveryInterleavingOfTwoRequestsWithAFault(t *testing.T) {
	for _, f := range []fault{crash, timeout, late, evict} {
		t.Run(string(f), func(t *testing.T) {
			total := 0
			for i, a := range deeds {
				for _, b := range deeds[i:] {
					if *torture || !a.long && !b.long {
						total += exploreDeeds(t, []fault{f}, a.name, b.name)
					}
				}
			}
			t.Logf("%d schedules", total)
		})
	}
}
