package runtime_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lifeVariables are the variables of [SessionFields] that a life uses, all as
// strings.
var lifeVariables = []struct {
	name   string
	get    func(ctx context.Context, s *Session) (string, bool, error)
	set    func(s *Session, value string)
	clear  func(s *Session)
	update func(ctx context.Context, s *Session, fn func(*string) error) error
}{
	{"token",
		func(_ context.Context, s *Session) (string, bool, error) { return s.GetToken(), s.HasToken(), nil },
		(*Session).SetToken, (*Session).ClearToken,
		func(ctx context.Context, s *Session, fn func(*string) error) error { return s.UpdateToken(ctx, fn) }},
	{"notice",
		func(_ context.Context, s *Session) (string, bool, error) { return s.GetNotice(), s.HasNotice(), nil },
		(*Session).SetNotice, (*Session).ClearNotice,
		func(ctx context.Context, s *Session, fn func(*string) error) error { return s.UpdateNotice(ctx, fn) }},
	{"code",
		func(_ context.Context, s *Session) (string, bool, error) { return s.GetCode(), s.HasCode(), nil },
		(*Session).SetCode, (*Session).ClearCode,
		func(ctx context.Context, s *Session, fn func(*string) error) error { return s.UpdateCode(ctx, fn) }},
	{"draft",
		func(_ context.Context, s *Session) (string, bool, error) { return s.GetDraft(), s.HasDraft(), nil },
		(*Session).SetDraft, (*Session).ClearDraft,
		func(ctx context.Context, s *Session, fn func(*string) error) error { return s.UpdateDraft(ctx, fn) }},
	{"cart",
		func(ctx context.Context, s *Session) (string, bool, error) {
			cart, err := s.GetCart(ctx)
			if err != nil {
				return "", false, err
			}
			has, err := s.HasCart(ctx)
			return strings.Join(cart, ""), has, err
		},
		func(s *Session, value string) { s.SetCart([]string{value}) }, (*Session).ClearCart,
		func(ctx context.Context, s *Session, fn func(*string) error) error {
			return s.UpdateCart(ctx, func(cart *[]string) error {
				value := strings.Join(*cart, "")
				err := fn(&value)
				*cart = []string{value}
				return err
			})
		}},
}

// A life is the requests of one visitor, one after another, beside a model of
// what comes of them.
type life struct {
	*world
	random *rand.Rand
	token  string            // the visitor's cookie
	stored map[string]string // what the store holds, by variable
	steps  []string

	// Of the request under way:
	s           *Session
	sees        map[string]string
	codePending bool

	codeEnds time.Time
}

func TestRandomLifeOfAVisitorIsAsItsModel(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			l := &life{world: newWorld(t, nil), random: rand.New(rand.NewPCG(seed, 0)), stored: map[string]string{}}
			for range 8 {
				l.rest()
				l.visit()
			}
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (l *life) step(format string, args ...any) {
	l.steps = append(l.steps, fmt.Sprintf(format, args...))
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.fail("%v", err)
	}
}

func (l *life) fail(format string, args ...any) {
	l.t.Helper()
	l.t.Fatalf("%s after\n%s", fmt.Sprintf(format, args...), strings.Join(l.steps, "\n"))
}

// rest is the time between two requests.
func (l *life) rest() {
	if l.random.IntN(3) == 0 {
		pause := time.Duration(l.random.IntN(3000)) * time.Millisecond
		l.step("rest %v", pause)
		time.Sleep(pause)
	}
	if l.token == "" || l.random.IntN(4) > 0 {
		return
	}
	if _, ok := l.raw(l.token, "draft"); ok {
		l.step("the draft is evicted")
		l.erase(l.token, "draft")
		delete(l.stored, "draft")
	}
}

// visit is one request.
func (l *life) visit() {
	l.s = l.open(l.token)
	l.step("request, new: %v", l.s.IsNew())
	if !time.Now().Before(l.codeEnds) {
		delete(l.stored, "code")
	}
	l.sees, l.codePending = maps.Clone(l.stored), false
	l.check()
	for range l.random.IntN(8) {
		l.act()
		l.check()
	}
	l.must(l.s.Save(l.t.Context()))
	l.committed()
	if c := l.s.Cookie(); c != nil {
		l.token = c.Value
	}
}

func (l *life) act() {
	ctx := l.t.Context()
	v := lifeVariables[l.random.IntN(len(lifeVariables))]
	value := fmt.Sprint(l.random.IntN(1000))
	switch l.random.IntN(8) {
	case 0, 1:
		l.step("set %s to %s", v.name, value)
		v.set(l.s, value)
		l.sees[v.name] = value
		l.codePending = l.codePending || v.name == "code"
	case 2:
		l.step("clear %s", v.name)
		v.clear(l.s)
		delete(l.sees, v.name)
		l.codePending = l.codePending && v.name != "code"
	case 3:
		l.step("pop notice")
		if got := l.s.PopNotice(); got != l.sees["notice"] {
			l.fail("popped %q, want %q", got, l.sees["notice"])
		}
		delete(l.sees, "notice")
	case 4:
		l.step("update %s", v.name)
		l.must(v.update(ctx, l.s, func(p *string) error {
			if *p != l.sees[v.name] {
				l.t.Errorf("update of %s finds %q, want %q", v.name, *p, l.sees[v.name])
			}
			*p += "+"
			return nil
		}))
		l.sees[v.name] += "+"
		l.stored[v.name] = l.sees[v.name]
		if v.name == "code" {
			l.codePending, l.codeEnds = false, time.Now().Add(2*time.Second)
		}
	case 5:
		l.step("save")
		l.must(l.s.Save(ctx))
		l.committed()
	case 6:
		l.step("renew")
		id, isNew := l.s.ID(), l.s.IsNew()
		l.must(l.s.Renew(ctx))
		if l.s.IsNew() != isNew || !isNew && l.s.ID() == id {
			l.fail("the id %q became %q", id, l.s.ID())
		}
	case 7:
		if l.random.IntN(4) > 0 {
			return
		}
		l.step("destroy")
		l.must(l.s.Destroy(ctx))
		l.sees, l.stored, l.codePending = map[string]string{}, map[string]string{}, false
	}
}

// committed notes that everything pending is stored now.
func (l *life) committed() {
	l.stored = maps.Clone(l.sees)
	if l.codePending {
		l.codePending, l.codeEnds = false, time.Now().Add(2*time.Second)
	}
}

// check compares what the request sees with the model.
func (l *life) check() {
	l.t.Helper()
	for _, v := range lifeVariables {
		got, has, err := v.get(l.t.Context(), l.s)
		l.must(err)
		if want, set := l.sees[v.name]; got != want || has != set {
			l.fail("%s is %q, set: %v; want %q, %v", v.name, got, has, want, set)
		}
	}
}
