package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

type traceKey struct{}

// traced is a log handler that writes the trace id of the context.
type traced struct{ slog.Handler }

func (h traced) Handle(ctx context.Context, r slog.Record) error {
	id, _ := ctx.Value(traceKey{}).(string)
	r.AddAttrs(slog.String("trace", id))
	return h.Handler.Handle(ctx, r)
}

// A toldWorld is a world that keeps what is logged, and the trace ids that
// OnEvent sees.
type toldWorld struct {
	*world
	log    bytes.Buffer
	logger *slog.Logger
	traces []string
}

func newToldWorld(t *testing.T) *toldWorld {
	w := new(toldWorld)
	w.logger = slog.New(traced{slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})})
	w.world = newWorld(t, func(c *runtime.Config) {
		c.Logger = w.logger
		note := c.OnEvent
		c.OnEvent = func(ctx context.Context, e runtime.Event) {
			id, _ := ctx.Value(traceKey{}).(string)
			w.traces = append(w.traces, id)
			note(ctx, e)
		}
	})
	return w
}

// visit sends a traced request to /tea.
func (w *toldWorld) visit(cookie string, handler http.HandlerFunc) *http.Response {
	r := httptest.NewRequestWithContext(context.WithValue(w.t.Context(), traceKey{}, "4711"), "POST", "https://shop.example/tea?secret=1", nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	recorder := httptest.NewRecorder()
	w.Middleware(handler).ServeHTTP(recorder, r)
	return recorder.Result()
}

func TestEveryLineAndEventOfARequestTellsWhichItWas(t *testing.T) {
	down := func(string, []string) error { return errors.New("down") }
	renew := func(s *Session, r *http.Request) error { return s.Renew(r.Context()) }
	for name, c := range map[string]struct {
		token  func(w *toldWorld) string
		do     func(w *toldWorld, rw http.ResponseWriter, r *http.Request)
		text   string
		events bool
	}{
		"created":   {do: func(w *toldWorld, _ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("y") }, text: "session created", events: true},
		"renewed":   {token: living, do: acting(renew), text: "session renewed", events: true},
		"destroyed": {token: living, do: acting(func(s *Session, r *http.Request) error { return s.Destroy(r.Context()) }), text: "session destroyed", events: true},
		"lost at the load": {token: func(w *toldWorld) string {
			token := living(w)
			w.erase(token, "token")
			return token
		}, do: acting(nil), text: "session lost", events: true},
		"lost later": {token: func(w *toldWorld) string {
			token := w.issue(SessionFields{Cart: []string{"tea"}})
			w.erase(token, "cart")
			return token
		}, do: func(w *toldWorld, _ http.ResponseWriter, r *http.Request) { w.from(r).GetCart(r.Context()) }, text: "session lost", events: true},
		"refused": {token: func(w *toldWorld) string { return living(w)[:37] + living(w)[37:] }, do: acting(nil), text: "session refused", events: true},
		"a load that failed": {token: living, do: func(w *toldWorld, _ http.ResponseWriter, r *http.Request) {
			w.store.fail = down
			if _, err := w.From(r.Context()); !errors.Is(err, runtime.ErrUnavailable) {
				w.t.Error(err)
			}
		}, text: "session failed", events: true},
		"a commit that failed": {do: func(w *toldWorld, _ http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("y")
			w.store.fail = down
		}, text: "session error"},
		"a commit behind the header": {token: living, do: func(w *toldWorld, rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			rw.WriteHeader(http.StatusOK)
			s.SetToken("y")
			w.store.fail = down
		}, text: "session failed", events: true},
		"a new session behind the header": {do: func(w *toldWorld, rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			rw.WriteHeader(http.StatusOK)
			s.SetToken("y")
		}, text: "session failed", events: true},
		"a shared cache": {do: func(w *toldWorld, rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Cache-Control", "public")
			w.from(r).SetToken("y")
		}, text: "kept from shared caches", events: true},
		"another manager's middleware": {do: func(w *toldWorld, rw http.ResponseWriter, r *http.Request) {
			other := mustSessions(w.t, runtime.Config{Store: runtime.NewMemory(), CookieName: "other", Logger: w.logger})
			if _, err := other.From(r.Context()); !errors.Is(err, runtime.ErrNoMiddleware) {
				w.t.Error(err)
			}
		}, text: "session not found"},
	} {
		w := newToldWorld(t)
		cookie := ""
		if c.token != nil {
			cookie = cookieLine(c.token(w))
		}
		w.log.Reset()
		w.traces = nil
		w.visit(cookie, func(rw http.ResponseWriter, r *http.Request) { c.do(w, rw, r) })
		if !strings.Contains(w.log.String(), c.text) {
			t.Errorf("%s: the log %q does not say %q", name, &w.log, c.text)
		}
		for line := range strings.Lines(w.log.String()) {
			for _, want := range []string{"method=POST", "path=/tea", "trace=4711"} {
				if !strings.Contains(line, want) {
					t.Errorf("%s: %q does not say %q", name, line, want)
				}
			}
			if strings.Contains(line, "secret") {
				t.Errorf("%s: %q tells the query", name, line)
			}
		}
		if len(w.traces) > 0 != c.events {
			t.Errorf("%s: %d events", name, len(w.traces))
		}
		for _, id := range w.traces {
			if id != "4711" {
				t.Errorf("%s: OnEvent got the context of %q", name, id)
			}
		}
	}
}

func living(w *toldWorld) string { return w.issue(SessionFields{Token: "x"}) }

func acting(do func(*Session, *http.Request) error) func(*toldWorld, http.ResponseWriter, *http.Request) {
	return func(w *toldWorld, _ http.ResponseWriter, r *http.Request) {
		if s := w.from(r); do != nil {
			if err := do(s, r); err != nil {
				w.t.Error(err)
			}
		}
	}
}

// A value that is put into the context within the middleware, such as a trace
// id, is in the context of the events, too.
func TestEventsComeWithTheContextOfTheCall(t *testing.T) {
	w := newToldWorld(t)
	token := living(w)
	for name, do := range map[string]func(ctx context.Context, s *Session) error{
		"renew":   func(ctx context.Context, s *Session) error { return s.Renew(ctx) },
		"destroy": func(ctx context.Context, s *Session) error { return s.Destroy(ctx) },
		"save":    func(ctx context.Context, s *Session) error { s.SetToken("x"); return s.Save(ctx) },
		"a load":  nil,
	} {
		cookie := cookieLine(token)
		if name == "save" {
			cookie = ""
		}
		if do == nil {
			w.erase(token, "token")
		}
		w.traces = nil
		w.request(cookie, func(_ http.ResponseWriter, r *http.Request) {
			ctx := context.WithValue(r.Context(), traceKey{}, "inner")
			s, err := w.From(ctx)
			if err != nil {
				t.Error(err)
			}
			if do != nil {
				if err := do(ctx, s); err != nil {
					t.Error(err)
				}
			}
		})
		if len(w.traces) != 1 || w.traces[0] != "inner" {
			t.Errorf("%s: traces %q", name, w.traces)
		}
		token = living(w)
	}
}

func TestEventOfARequestComesWithItsContextThoughItHappensInAnother(t *testing.T) {
	w := newToldWorld(t)
	other := newOther(t)
	w.visit(cookieLine(living(w)), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		w.traces = nil
		within := context.WithValue(t.Context(), traceKey{}, "another")
		other.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if err := s.Renew(r.Context()); err != nil {
				t.Error(err)
			}
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(within, "GET", "/", nil))
	})
	if len(w.traces) != 1 || w.traces[0] != "4711" {
		t.Errorf("traces %q", w.traces)
	}
}

// Handlers that serve requests of their own making do so side by side, and for
// as long as they live.
func TestRequestsWithinARequestHaveTheirOwnResponses(t *testing.T) {
	outer := newWorld(t, nil)
	inner := newWorld(t, func(c *runtime.Config) { c.CookieName, c.OnEvent = "other", nil })
	outer.request("", func(rw http.ResponseWriter, r *http.Request) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 20 {
					response := httptest.NewRecorder()
					inner.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
						if s, err := inner.From(r.Context()); err == nil {
							s.SetToken("x")
						}
					})).ServeHTTP(response, r.Clone(r.Context()))
					if len(response.Result().Cookies()) != 1 {
						t.Error("no cookie")
					}
				}
			})
		}
		group.Wait()
		outer.from(r).SetToken(strings.Repeat("x", 2<<20)) // fails
	})
}
