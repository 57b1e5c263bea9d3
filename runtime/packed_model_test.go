package runtime_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A swarm is an accessor with more variables than a session has room for.
type swarm struct {
	session runtime.Session
	v       [70]runtime.Var[[]string]
	l       [5]runtime.LazyVar[[]string]
}

func swarms(t *testing.T, w *world, packed bool, n int, reversed bool) *runtime.Manager[swarm] {
	var vars []runtime.Variable[swarm]
	for j := range n {
		i := j
		if reversed {
			i = n - 1 - j
		}
		at := func(s *swarm) *runtime.Var[[]string] { return &s.v[i] }
		declare := runtime.Eager[swarm, []string]
		if packed {
			declare = runtime.Packed[swarm, []string]
		}
		vars = append(vars, declare(fmt.Sprint("V", i), fmt.Sprint("v", i), runtime.Gob[[]string](), at))
	}
	for i := range len(swarm{}.l) {
		vars = append(vars, runtime.Lazy(fmt.Sprint("L", i), fmt.Sprint("l", i), runtime.Gob[[]string](), func(s *swarm) *runtime.LazyVar[[]string] { return &s.l[i] }))
	}
	m, err := runtime.NewManager(runtime.Config{Store: w.store, OnEvent: func(_ context.Context, e runtime.Event) { w.events = append(w.events, e) }},
		runtime.Schema[swarm]{Name: "session", Session: func(s *swarm) *runtime.Session { return &s.session }, Variables: vars})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// whatRequestsSee lets three requests of a visitor do what the seed says, and
// returns what they see. They are served by two builds: the second declares half
// of the variables of the first, in reverse order.
func whatRequestsSee(t *testing.T, seed uint64, packed bool) (log []string) {
	random := rand.New(rand.NewPCG(seed, 7))
	n := []int{1, 3, 6, 7, 70}[random.IntN(5)]
	declared := []int{n, (n + 1) / 2}
	w := newWorld(t, nil)
	m := []*runtime.Manager[swarm]{swarms(t, w, packed, declared[0], false), swarms(t, w, packed, declared[1], true)}
	ctx := t.Context()
	s := m[0].New()
	for i := range n {
		if random.IntN(2) == 0 {
			s.v[i].Set(&s.session, []string{"first", fmt.Sprint(i)})
		}
	}
	c, err := m[0].Issue(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	token := c.Value
	say := func(f string, a ...any) { log = append(log, fmt.Sprintf(f, a...)) }
	var actors [3]*swarm
	var which [3]int
	for step := range 40 {
		a := random.IntN(3)
		if actors[a] == nil || random.IntN(12) == 0 {
			which[a] = random.IntN(2)
			s, err := m[which[a]].Open(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			actors[a] = s
			say("%d open %d new %v", a, which[a], s.session.IsNew())
		}
		s := actors[a]
		i, lazy := random.IntN(declared[which[a]]), random.IntN(len(swarm{}.l))
		place := i
		if which[a] == 1 {
			place = declared[1] - 1 - i
		}
		get := func(i int) []string {
			if packed {
				return s.v[i].Unpack(&s.session)
			}
			return s.v[i].Get()
		}
		val := []string{fmt.Sprint(step)}
		switch op := random.IntN(14); op {
		case 0, 1:
			say("%d get %d %q %v", a, i, get(i), s.v[i].Has())
		case 2:
			s.v[i].Set(&s.session, val)
		case 3:
			s.v[i].Clear(&s.session)
		case 4:
			say("%d pop %d %q", a, i, s.v[i].Pop(&s.session))
		case 5, 6:
			say("%d save %v", a, s.session.Save(ctx))
		case 7:
			err := s.v[i].Update(ctx, &s.session, place, func(v *[]string) error {
				*v = append(append([]string{}, get(i)...), *v...)
				*v = append(*v, val...)
				return nil
			})
			say("%d update %d %v %q", a, i, err, get(i))
		case 8:
			err := s.v[i].Update(ctx, &s.session, place, func(v *[]string) error { return io.EOF })
			say("%d failing update %d %v %q", a, i, err, get(i))
		case 9:
			if random.IntN(3) == 0 {
				err := s.session.Renew(ctx)
				say("%d renew %v", a, err)
				if sent := s.session.Cookie(); err == nil && sent != nil && sent.MaxAge >= 0 {
					token = sent.Value
				}
			}
		case 10:
			v, err := s.l[lazy].Get(ctx, &s.session, declared[which[a]]+lazy)
			say("%d lazy %d %q %v", a, lazy, v, err)
		case 11:
			s.l[lazy].Set(&s.session, val)
		case 12:
			if random.IntN(6) == 0 {
				say("%d destroy %v", a, s.session.Destroy(ctx))
			}
		case 13:
			for i := range declared[which[a]] {
				say("%d all %d %q %v", a, i, get(i), s.v[i].Has())
			}
		}
	}
	for _, e := range w.events {
		say("event %s %s %v", e.Kind, e.Field, e.Err)
	}
	return log
}

// Whether variables are packed shows in nothing that any request can see.
func TestPackedVariablesReadAsEagerOnesDo(t *testing.T) {
	for seed := range uint64(150) {
		p, e := whatRequestsSee(t, seed, true), whatRequestsSee(t, seed, false)
		for i := range max(len(p), len(e)) {
			if i >= len(p) || i >= len(e) || p[i] != e[i] {
				t.Fatalf("seed %d line %d\npacked %q\neager %q", seed, i, p[max(0, i-8):min(len(p), i+1)], e[max(0, i-8):min(len(e), i+1)])
			}
		}
	}
}
