package runtime_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A slow store answers a read after a second. meanwhile is called first.
type slowStore struct {
	runtime.Store
	meanwhile func(ctx context.Context)
}

func (s *slowStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if s.meanwhile != nil {
		s.meanwhile(ctx)
	}
	select {
	case <-time.After(time.Second):
		return s.Store.Get(ctx, keys)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// onSlowStore calls do in a request whose session is stored in a slow store.
// The time is the time of synctest.
func onSlowStore(t *testing.T, do func(t *testing.T, w *world, store *slowStore, ctx context.Context)) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Store: runtime.NewMemory()}
		w := newWorld(t, func(c *runtime.Config) { c.Store = store })
		token := w.issue(SessionFields{Token: "x"})
		w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) { do(t, w, store, r.Context()) })
	})
}

func TestFromWaitsForAnothersLoadAsLongAsItsOwnContextAllows(t *testing.T) {
	onSlowStore(t, func(t *testing.T, w *world, _ *slowStore, ctx context.Context) {
		begin := time.Now()
		first := make(chan error)
		go func() { _, err := w.From(ctx); first <- err }()
		synctest.Wait()
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		if _, err := w.From(short); !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a deadline: %v", err)
		}
		if waited := time.Since(begin); waited != 50*time.Millisecond {
			t.Errorf("waited %v", waited)
		}
		if s, err := w.From(ctx); err != nil || s.GetToken() != "x" {
			t.Errorf("without: %v", err)
		}
		if waited := time.Since(begin); waited != time.Second {
			t.Errorf("waited %v", waited)
		}
		if err := <-first; err != nil {
			t.Error(err)
		}
		if _, err := w.From(short); err != nil {
			t.Errorf("when it is loaded: %v", err)
		}
	})
}

func TestFromOfAStoreThatLoadsTheSessionIsAnError(t *testing.T) {
	onSlowStore(t, func(t *testing.T, w *world, store *slowStore, ctx context.Context) {
		var within []error
		store.meanwhile = func(ctx context.Context) {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			_, err := w.From(derived)
			within = append(within, err)
		}
		s, err := w.From(ctx)
		if err != nil || s.GetToken() != "x" {
			t.Fatalf("the load itself: %v", err)
		}
		if len(within) != 1 || within[0] == nil || errors.Is(within[0], runtime.ErrNoMiddleware) {
			t.Errorf("within it: %v", within)
		}
		// Other calls of the store come with the session loaded.
		var later error
		store.meanwhile = func(ctx context.Context) { _, later = w.From(ctx) }
		if _, err := s.GetCart(ctx); err != nil || later != nil {
			t.Errorf("%v, and within a later call %v", err, later)
		}
	})
}

// A store can use the sessions of another manager around it.
func TestFromOfAnotherManagerWorksWithinALoad(t *testing.T) {
	outer := newWorld(t, func(c *runtime.Config) { c.CookieName = "outer" })
	store := &slowStore{Store: runtime.NewMemory()}
	inner := newWorld(t, func(c *runtime.Config) { c.Store = store })
	cookie := cookieLine(inner.issue(SessionFields{Token: "x"})) + "; outer=" + outer.issue(SessionFields{Token: "y"})
	store.meanwhile = func(ctx context.Context) {
		if s, err := outer.From(ctx); err != nil || s.GetToken() != "y" {
			t.Errorf("within the load: %v", err)
		}
	}
	exchange(nest(outer, inner, func(_ http.ResponseWriter, r *http.Request) {
		if s := inner.from(r); s.GetToken() != "x" {
			t.Error("the load failed")
		}
	}), cookie)
}

// asking is a log handler that asks for the session.
type asking struct {
	slog.Handler
	ask func(ctx context.Context)
}

func (h asking) Enabled(context.Context, slog.Level) bool { return true }

func (h asking) Handle(ctx context.Context, r slog.Record) error {
	h.ask(ctx)
	return nil
}

func TestLoggerAndOnEventMayAskForTheSessionOfAnEvent(t *testing.T) {
	var w *world
	asked := map[string]int{}
	ask := func(who string) func(ctx context.Context) {
		return func(ctx context.Context) {
			asked[who]++
			if _, err := w.From(ctx); err != nil && !errors.Is(err, runtime.ErrUnavailable) {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
	w = newWorld(t, func(c *runtime.Config) {
		c.Logger = slog.New(asking{ask: ask("log")})
		c.OnEvent = func(ctx context.Context, _ runtime.Event) { ask("event")(ctx) }
	})
	cookie, err := mustSessions(t, runtime.Config{Store: w.store}).Issue(t.Context(), SessionFields{Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for what, prepare := range map[string]func(){
		"lost":   func() { w.erase(cookie.Value, "token") },
		"failed": func() { w.store.fail = func(string, []string) error { return errors.New("down") } },
	} {
		clear(asked)
		prepare()
		w.request(cookieLine(cookie.Value), func(_ http.ResponseWriter, r *http.Request) { w.From(r.Context()) })
		w.store.fail = nil
		if asked["log"] != 1 || asked["event"] != 1 {
			t.Errorf("%s: asked %v", what, asked)
		}
	}
}

// A call that waits for the load goes on when the store panics.
func TestFromAfterAStoreThatPanickedLoadsAnew(t *testing.T) {
	onSlowStore(t, func(t *testing.T, w *world, store *slowStore, ctx context.Context) {
		store.meanwhile = func(context.Context) {
			store.meanwhile = nil
			time.Sleep(time.Second)
			panic("oops")
		}
		go func() {
			defer func() { recover() }()
			w.From(ctx)
		}()
		synctest.Wait()
		if s, err := w.From(ctx); err != nil || s.GetToken() != "x" {
			t.Errorf("%v", err)
		}
	})
}

// The handler answers during a load of another goroutine, most likely because
// the load takes too long. Nobody knows yet what the load will find, so no
// cache may give the answer to others.
func TestHeaderWaitsForNoLoadOfAnotherGoroutine(t *testing.T) {
	onSlowStore(t, func(t *testing.T, w *world, _ *slowStore, _ context.Context) {
		token := w.issue(SessionFields{Token: "x"})
		begin := time.Now()
		loaded := make(chan error)
		response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
			go func() { _, err := w.From(context.WithoutCancel(r.Context())); loaded <- err }()
			synctest.Wait()
			http.Error(rw, "try later", http.StatusServiceUnavailable)
		})
		if waited := time.Since(begin); waited != 0 {
			t.Errorf("the answer took %v", waited)
		}
		if err := <-loaded; err != nil {
			t.Error(err)
		}
		if h := response.Header; h.Get("Cache-Control") != "private" || h.Get("Vary") != "Cookie" {
			t.Errorf("header %v", h)
		}
	})
}

// An event handler may read the session when it is told of an event in a
// commit, or in the fetch of a lazy variable.
func TestOnEventMayReadALazyVariable(t *testing.T) {
	var w *world
	told := map[runtime.EventKind]int{}
	w = newWorld(t, func(c *runtime.Config) {
		c.OnEvent = func(ctx context.Context, e runtime.Event) {
			told[e.Kind]++
			if s, err := w.From(ctx); err == nil {
				s.GetCart(ctx)
			}
		}
	})
	w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
	token := w.issue(SessionFields{Cart: []string{"tea"}})
	w.erase(token, "cart")
	w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) { w.from(r).GetCart(r.Context()) })
	if told[runtime.EventCreated] != 2 || told[runtime.EventLost] != 1 {
		t.Errorf("told %v", told)
	}
}

func TestFromOfAnInnerManagerWorksWithinALoadOfTheOuter(t *testing.T) {
	store := &slowStore{Store: runtime.NewMemory()}
	outer := newWorld(t, func(c *runtime.Config) { c.CookieName, c.Store = "outer", store })
	inner := newWorld(t, nil)
	cookie := cookieLine(inner.issue(SessionFields{Token: "x"})) + "; outer=" + outer.issue(SessionFields{Token: "y"})
	store.meanwhile = func(ctx context.Context) {
		if s, err := inner.From(ctx); err != nil || s.GetToken() != "x" {
			t.Errorf("within the load: %v", err)
		}
	}
	exchange(nest(outer, inner, func(_ http.ResponseWriter, r *http.Request) {
		if s := outer.from(r); s.GetToken() != "y" {
			t.Error("the load failed")
		}
	}), cookie)
}
