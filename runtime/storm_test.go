package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	stdruntime "runtime"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// times returns how often something is tried in the short form of a test, or in
// the long one.
func times(t *testing.T, short, long int) int {
	t.Helper()
	if *runtime.Torture {
		return long
	}
	runtime.InShort(t, fmt.Sprintf("%d tries, in place of %d", long, short))
	return short
}

// wide is an accessor with many variables, one for each concurrent request.
type wide struct {
	session runtime.Session
	vars    [64]runtime.Var[int]
}

func newWide(t *testing.T, store runtime.Store) *runtime.Manager[wide] {
	schema := runtime.Schema[wide]{
		Name:    "wide",
		Session: func(s *wide) *runtime.Session { return &s.session },
	}
	for i := range len(wide{}.vars) {
		schema.Variables = append(schema.Variables, runtime.Eager(
			fmt.Sprintf("V%d", i), fmt.Sprintf("v%d", i), runtime.Gob[int](),
			func(s *wide) *runtime.Var[int] { return &s.vars[i] }))
	}
	m, err := runtime.NewManager(runtime.Config{Store: store, OnEvent: failOnLoss(t)}, schema)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// failOnLoss fails the test when a living session is found broken, which
// without faults must not happen.
func failOnLoss(t *testing.T) func(context.Context, runtime.Event) {
	return func(_ context.Context, e runtime.Event) {
		if e.Kind == runtime.EventLost || e.Kind == runtime.EventRefused || e.Kind == runtime.EventFailed {
			t.Errorf("event %q, field %q: %v", e.Kind, e.Field, e.Err)
		}
	}
}

func memcacheStore(t *testing.T) runtime.Store {
	store := runtime.NewMemcache(memcachedtest.Start(t))
	t.Cleanup(func() { store.Close() })
	return store
}

func TestConcurrentFirstSetsOfDifferentVariablesAreAllThere(t *testing.T) {
	ctx := t.Context()
	m := newWide(t, memcacheStore(t))
	for range 5 {
		cookie, err := m.Issue(ctx, m.New())
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range len(wide{}.vars) {
			wg.Go(func() {
				s, err := m.Open(ctx, cookie.Value)
				if err != nil {
					t.Error(err)
					return
				}
				s.vars[i].Set(&s.session, i)
				if err := s.session.Save(ctx); err != nil {
					t.Errorf("request %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		s, err := m.Open(ctx, cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.vars {
			if !s.vars[i].Has() || s.vars[i].Get() != i {
				t.Errorf("variable %d is %d, set: %v", i, s.vars[i].Get(), s.vars[i].Has())
			}
		}
	}
}

func TestConcurrentUpdatesAllCount(t *testing.T) {
	updates := times(t, 300, 1000)
	store := memcacheStore(t)
	for name, given := range map[string]SessionFields{
		"from set":     {Visits: 0, Token: "t"},
		"from not set": {Token: "t"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			sessions := mustSessions(t, runtime.Config{Store: store, OnEvent: failOnLoss(t)})
			cookie, err := sessions.Issue(ctx, given)
			if err != nil {
				t.Fatal(err)
			}
			if name == "from set" {
				s, _ := sessions.Open(ctx, cookie.Value)
				s.SetVisits(0)
				if err := s.Save(ctx); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			for range updates {
				wg.Go(func() {
					s, err := sessions.Open(ctx, cookie.Value)
					if err == nil {
						err = s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			s, err := sessions.Open(ctx, cookie.Value)
			if err != nil {
				t.Fatal(err)
			}
			if s.GetVisits() != updates {
				t.Errorf("%d updates count %d", updates, s.GetVisits())
			}
		})
	}
}

// race runs two requests of one visitor at once, with a random delay between
// them.
func race(f, g func()) {
	var wg sync.WaitGroup
	for _, do := range []func(){f, g} {
		spins := rand.N(3000)
		wg.Go(func() {
			for range spins {
				stdruntime.Gosched()
			}
			do()
		})
	}
	wg.Wait()
}

// racePairs runs many races side by side, each with a session of its own.
func racePairs(t *testing.T, pair func(n int)) {
	t.Helper()
	pairs := times(t, 500, 2000)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for n := worker; n < pairs && !t.Failed(); n += 8 {
				pair(n)
			}
		})
	}
	wg.Wait()
}

// save opens a session, does something to it and saves it.
func save(ctx context.Context, sessions *Sessions, token string, do func(*Session)) error {
	s, err := sessions.Open(ctx, token)
	if err != nil {
		return err
	}
	do(s)
	return s.Save(ctx)
}

func TestFlashPoppedWhileAnotherSetsItEndsNoSession(t *testing.T) {
	ctx := t.Context()
	sessions := mustSessions(t, runtime.Config{Store: memcacheStore(t), OnEvent: failOnLoss(t)})
	racePairs(t, func(int) {
		cookie, err := sessions.Issue(ctx, SessionFields{Token: "t", Notice: "old"})
		if err != nil {
			t.Error(err)
			return
		}
		race(func() {
			err := save(ctx, sessions, cookie.Value, func(s *Session) { s.PopNotice() })
			if err != nil {
				t.Errorf("pop: %v", err)
			}
		}, func() {
			err := save(ctx, sessions, cookie.Value, func(s *Session) { s.SetNotice("new") })
			if err != nil {
				t.Errorf("set: %v", err)
			}
		})
		s, err := sessions.Open(ctx, cookie.Value)
		if err != nil || s.GetToken() != "t" {
			t.Errorf("the session has token %q, %v", s.GetToken(), err)
		}
		if s.HasNotice() && s.GetNotice() != "new" {
			t.Errorf("notice %q", s.GetNotice())
		}
	})
}

// setOne sets a variable that is listed for odd n, and one that is not for
// even n.
func setOne(s *Session, n int) {
	if n%2 == 0 {
		s.SetVisits(n)
	} else {
		s.SetToken("new")
	}
}

func TestDestroyedSessionStaysDestroyedUnderConcurrentSet(t *testing.T) {
	ctx := t.Context()
	sessions := mustSessions(t, runtime.Config{Store: memcacheStore(t), OnEvent: failOnLoss(t)})
	racePairs(t, func(n int) {
		cookie, err := sessions.Issue(ctx, SessionFields{Token: "t"})
		if err != nil {
			t.Error(err)
			return
		}
		race(func() {
			s, err := sessions.Open(ctx, cookie.Value)
			if err == nil {
				err = s.Destroy(ctx)
			}
			if err != nil {
				t.Errorf("destroy: %v", err)
			}
		}, func() {
			s, err := sessions.Open(ctx, cookie.Value)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			if s.IsNew() {
				return
			}
			if s.GetToken() != "t" {
				t.Errorf("half a session: token %q", s.GetToken())
			}
			setOne(s, n)
			if err := s.Save(ctx); err != nil && !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("set: %v", err)
			}
		})
		if s, err := sessions.Open(ctx, cookie.Value); err != nil || !s.IsNew() {
			t.Errorf("the destroyed session came back (%v)", err)
		}
	})
}

func TestRenewCarriesWhatWasAcknowledgedUnderConcurrentSet(t *testing.T) {
	ctx := t.Context()
	sessions := mustSessions(t, runtime.Config{Store: memcacheStore(t), OnEvent: failOnLoss(t)})
	racePairs(t, func(n int) {
		cookie, err := sessions.Issue(ctx, SessionFields{Token: "t", Cart: []string{"tea"}})
		if err != nil {
			t.Error(err)
			return
		}
		var renewed string
		var setErr error
		race(func() {
			s, err := sessions.Open(ctx, cookie.Value)
			if err == nil {
				err = s.Renew(ctx)
			}
			if err != nil {
				t.Errorf("renew: %v", err)
				return
			}
			renewed = s.Cookie().Value
		}, func() {
			setErr = save(ctx, sessions, cookie.Value, func(s *Session) { setOne(s, n) })
			if setErr != nil && !errors.Is(setErr, runtime.ErrEnded) {
				t.Errorf("set: %v", setErr)
			}
		})
		if s, err := sessions.Open(ctx, cookie.Value); err != nil || !s.IsNew() {
			t.Errorf("the old cookie still works (%v)", err)
		}
		s, err := sessions.Open(ctx, renewed)
		if err != nil {
			t.Error(err)
			return
		}
		cart, err := s.GetCart(ctx)
		if err != nil || len(cart) != 1 || !s.HasToken() {
			t.Errorf("half a session: cart %q, token %q, %v", cart, s.GetToken(), err)
		}
		stored := n%2 == 0 && s.GetVisits() == n || n%2 == 1 && s.GetToken() == "new"
		if setErr == nil && !stored {
			t.Errorf("an acknowledged set was not carried over: %+v", s.Values())
		}
	})
}
