package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A callLog is what OnCall was told, in order.
type callLog struct {
	mu    sync.Mutex
	calls []runtime.Call
	ends  []error
}

func (l *callLog) onCall(ctx context.Context, call runtime.Call) (context.Context, func(error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
	return context.WithValue(ctx, withinKey{}, len(l.calls)), func(err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ends = append(l.ends, err)
	}
}

// take returns the calls since take was called last, such as "get 6".
func (l *callLog) take() (calls []string, ends []error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, call := range l.calls {
		calls = append(calls, fmt.Sprintf("%s %d", call.Op, call.Keys))
	}
	ends = l.ends
	l.calls, l.ends = nil, nil
	return calls, ends
}

func (l *callLog) want(t *testing.T, what string, want ...string) {
	t.Helper()
	calls, ends := l.take()
	slices.Sort(calls)
	if !slices.Equal(calls, want) {
		t.Errorf("%s: OnCall was told of %q; want %q", what, calls, want)
	}
	if len(ends) != len(calls) {
		t.Errorf("%s: %d calls, and %d ends", what, len(calls), len(ends))
	}
	for _, err := range ends {
		if err != nil {
			t.Errorf("%s: a call ended with %v", what, err)
		}
	}
}

func TestOnCallIsToldOfEachCallOfTheStore(t *testing.T) {
	onBothStores(t, func(t *testing.T, store runtime.Store) {
		var log callLog
		sessions := mustSessions(t, runtime.Config{Store: store, OnCall: log.onCall, Namespace: "shop"})
		cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x", Notice: "y"})
		if err != nil {
			t.Fatal(err)
		}
		log.want(t, "Issue", "add 3")
		s, err := sessions.Open(t.Context(), cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		log.want(t, "Open", "get 6")
		s.SetToken("z")
		s.SetVisits(1)
		if err := s.Save(t.Context()); err != nil {
			t.Error(err)
		}
		log.want(t, "Save", "add 1", "swap 1", "swap 1")
		late, err := sessions.Open(t.Context(), cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Destroy(t.Context()); err != nil {
			t.Error(err)
		}
		log.take()
		late.SetToken("w")
		if err := late.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Error(err)
		}
		log.want(t, "a late Save, whose key is not found", "get 2", "swap 1")
	})
}

type (
	requestIDKey struct{}
	withinKey    struct{}
)

// A contextStore notes what the contexts of its calls hold.
type contextStore struct {
	runtime.Store
	mu   sync.Mutex
	seen []string
}

func (s *contextStore) note(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, fmt.Sprintf("%v %v", ctx.Value(requestIDKey{}), ctx.Value(withinKey{})))
}

func (s *contextStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	s.note(ctx)
	return s.Store.Get(ctx, keys)
}

func (s *contextStore) Swap(ctx context.Context, items []runtime.Item) []error {
	s.note(ctx)
	return s.Store.Swap(ctx, items)
}

// A trace begins in one of two places.
func TestCallsAreMadeWithinTheContextOfTheRequest(t *testing.T) {
	identify := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, "id")))
		})
	}
	for name, around := range map[string]func(*Sessions, http.Handler) http.Handler{
		"outside of the sessions' middleware": func(sessions *Sessions, page http.Handler) http.Handler {
			return identify(sessions.Middleware(page))
		},
		"within it": func(sessions *Sessions, page http.Handler) http.Handler {
			return sessions.Middleware(identify(page))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log callLog
			store := &contextStore{Store: runtime.NewMemory()}
			sessions := mustSessions(t, runtime.Config{Store: store, OnCall: func(ctx context.Context, call runtime.Call) (context.Context, func(error)) {
				if id := ctx.Value(requestIDKey{}); call.Op != runtime.OpAdd && id != "id" {
					t.Errorf("%s: OnCall finds %v in its context", call.Op, id)
				}
				return log.onCall(ctx, call)
			}})
			cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x", Visits: 1})
			if err != nil {
				t.Fatal(err)
			}
			log.take()
			exchange(around(sessions, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				s, err := sessions.From(r.Context())
				if err != nil {
					t.Error(err)
					return
				}
				s.SetVisits(2)
			})), cookieLine(cookie.Value))
			if want := []string{"id 1", "id 2"}; !slices.Equal(store.seen, want) {
				t.Errorf("the store finds %q in its contexts; want %q", store.seen, want)
			}
		})
	}
}

func TestOnCallMayReturnNothing(t *testing.T) {
	called := 0
	sessions := mustSessions(t, runtime.Config{Store: runtime.NewMemory(), OnCall: func(context.Context, runtime.Call) (context.Context, func(error)) {
		called++
		return nil, nil
	}})
	cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := sessions.Open(t.Context(), cookie.Value); err != nil || s.GetToken() != "x" || called != 2 {
		t.Errorf("%v, after %d calls", err, called)
	}
}

func TestOnCallIsToldOfAFailure(t *testing.T) {
	var log callLog
	w := newWorld(t, func(c *runtime.Config) { c.OnCall = log.onCall })
	token := w.issue(SessionFields{Token: "x"})
	log.take()
	down := errors.New("down")
	w.store.fail = func(string, []string) error { return down }
	if _, err := w.Open(t.Context(), token); err == nil {
		t.Error("no error")
	}
	s := w.open("")
	s.SetToken("x")
	if err := s.Save(t.Context()); err == nil {
		t.Error("no error")
	}
	calls, ends := log.take()
	if want := []string{"get 6", "add 2"}; !slices.Equal(calls, want) || len(ends) != len(want) {
		t.Errorf("OnCall was told of %q, ended with %v", calls, ends)
	}
	for _, err := range ends {
		if !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(err, down) {
			t.Errorf("a call ended with %v", err)
		}
	}
}

func TestCallNamesTheServerThatIsAskedAndNoSession(t *testing.T) {
	servers := []*memcachedtest.Server{memcachedtest.New(t), memcachedtest.New(t), memcachedtest.New(t)}
	store := runtime.NewMemcache(servers[0].Addr, servers[1].Addr, servers[2].Addr)
	t.Cleanup(func() { store.Close() })
	var log callLog
	sessions := mustSessions(t, runtime.Config{Store: store, OnCall: log.onCall})
	var tokens []string
	asked := map[string][]string{} // the cookies by server
	for range 32 {
		cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "x"})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, cookie.Value)
		server := log.calls[len(log.calls)-1].Server
		asked[server] = append(asked[server], cookie.Value)
	}
	for _, server := range servers {
		if len(asked[server.Addr]) == 0 {
			t.Fatalf("of 32 sessions none is on %s: %v", server.Addr, asked)
		}
	}
	for _, call := range log.calls {
		text := fmt.Sprintf("%+v", call)
		if slices.ContainsFunc(tokens, func(token string) bool {
			return strings.Contains(text, token[:18]) || strings.Contains(text, token[37:])
		}) || uuidLike.MatchString(text) {
			t.Errorf("an id is in %s", text)
		}
	}
	down := servers[0]
	down.Stop()
	for server, tokens := range asked {
		for _, token := range tokens {
			if _, err := sessions.Open(t.Context(), token); (err != nil) != (server == down.Addr) {
				t.Errorf("a session whose calls name %s: %v, and %s is down", server, err, down.Addr)
			}
		}
	}
}
