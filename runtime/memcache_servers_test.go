package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A directory is a list of servers that a test changes.
type directory struct {
	mu    sync.Mutex
	names []string
}

func (d *directory) list(context.Context) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.names), nil
}

func (d *directory) set(names ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = names
}

// A process is a world whose servers the directory lists.
func (d *directory) process(t *testing.T) *world {
	return withAccounts(t, func(c *runtime.Config) {
		store := runtime.NewMemcache()
		store.Servers, store.Timeout = d.list, 20*time.Second
		runtime.ListEvery(store, 20*time.Millisecond)
		t.Cleanup(func() { store.Close() })
		c.Store = store
	})
}

func threeServers(t *testing.T) (a, b, c string) {
	return memcachedtest.Start(t), memcachedtest.Start(t), memcachedtest.Start(t)
}

// waitUntil returns when the processes agree that the session of the token is
// there, or that it is not.
func waitUntil(t *testing.T, lives bool, token string, processes ...*world) {
	t.Helper()
	for _, w := range processes {
		memcachedtest.WaitFor(t, func() bool {
			s, err := w.Open(t.Context(), token)
			return err == nil && s.IsNew() != lives
		})
	}
}

// loginsOn logs in to accounts until one of them is on the server.
func loginsOn(t *testing.T, w *world, server *memcachedtest.Server) (account, token string) {
	t.Helper()
	w.issue(SessionFields{}) // with the list, which is an item, too
	for n := range 100 {
		before := server.Items()
		account = "user" + string(rune('a'+n%26)) + string(rune('a'+n/26))
		token = w.loginTo(account)
		if server.Items() > before {
			return account, token
		}
	}
	t.Fatal("no account is on the server")
	return "", ""
}

func TestSessionWhoseServerLeavesIsOverAndRequestsInFlightAreTold(t *testing.T) {
	leaving := memcachedtest.New(t)
	b, c := memcachedtest.Start(t), memcachedtest.Start(t)
	var d directory
	d.set(leaving.Addr, b, c)
	w := d.process(t)
	_, token := loginsOn(t, w, leaving)
	var stay []string
	for len(stay) < 20 {
		before := leaving.Items()
		if other := w.issue(SessionFields{Token: "stays"}); leaving.Items() == before {
			stay = append(stay, other)
		}
	}

	loaded, goOn := make(chan bool), make(chan bool)
	handler := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s, err := w.From(r.Context())
		if err != nil {
			t.Error(err)
			return
		}
		close(loaded)
		<-goOn
		s.SetVisits(s.GetVisits() + 1)
	}))
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", w.CookieName()+"="+token)
	response := httptest.NewRecorder()
	var served sync.WaitGroup
	served.Go(func() { handler.ServeHTTP(response, r) })
	<-loaded
	d.set(b, c)
	waitUntil(t, false, token, w)
	close(goOn)
	served.Wait()
	if response.Code != http.StatusConflict || response.Header().Get("Set-Cookie") != "" {
		t.Errorf("the request in flight got %d and the cookie %q", response.Code, response.Header().Get("Set-Cookie"))
	}

	s := w.open(token)
	s.SetToken("anew")
	w.save(s)
	if got := s.Cookie(); got == nil || got.Value == token {
		t.Errorf("the visitor gets the cookie %v", got)
	}
	for _, token := range stay {
		if got := w.open(token).GetToken(); got != "stays" {
			t.Errorf("a session on another server has %q", got)
		}
	}
}

// What was ended while its server was away stays so when the server is back, with
// all that it held: in the process that has ended it, in one that has served the
// session until then, and in one that begins afterwards.
func TestWhatWasEndedElsewhereStaysEndedWhenItsServerComesBack(t *testing.T) {
	for name, end := range map[string]func(w *world, account, token, id string) error{
		"EndAll": func(w *world, account, _, _ string) error { return w.EndAll(t.Context(), account) },
		"End":    func(w *world, _, _, id string) error { return w.End(t.Context(), id) },
		"Destroy": func(w *world, _, token, _ string) error {
			return w.open(token).Destroy(t.Context())
		},
		"nothing at all": func(*world, string, string, string) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			away := memcachedtest.New(t)
			b, c := memcachedtest.Start(t), memcachedtest.Start(t)
			var here, there directory
			here.set(away.Addr, b, c)
			there.set(away.Addr, b, c)
			w, other := here.process(t), there.process(t)
			account, token := loginsOn(t, w, away)
			id := w.open(token).ID()
			if s := other.open(token); s.IsNew() {
				t.Fatal("another process does not find the session")
			}

			here.set(b, c)
			waitUntil(t, false, token, w, other) // the other one follows, though its list is the old one
			if err := end(w, account, token, id); err != nil {
				t.Fatal(err)
			}
			elsewhere := w.loginTo(account)
			here.set(away.Addr, b, c)
			waitUntil(t, false, elsewhere, w, other) // until the server is in use again
			for name, process := range map[string]*world{"that ended it": w, "that had served it": other, "that begins": here.process(t)} {
				for range 3 {
					if s := process.open(token); !s.IsNew() {
						t.Errorf("the process %s serves the session again", name)
					}
				}
				if ids := process.list(account); slices.Contains(ids, id) {
					t.Errorf("the process %s lists it", name)
				}
			}
			waitUntil(t, true, w.loginTo(account), w, other)
		})
	}
}

func TestEveryProcessAdoptsAListWithinSeconds(t *testing.T) {
	t.Parallel() // it waits for the default
	a, b, c := threeServers(t)
	var d directory
	d.set(a, b, c)
	var processes []*world
	for range 5 {
		processes = append(processes, withAccounts(t, func(config *runtime.Config) {
			store := runtime.NewMemcache()
			store.Servers = d.list
			t.Cleanup(func() { store.Close() })
			config.Store = store
		}))
	}
	var tokens []string
	for range 30 {
		tokens = append(tokens, processes[0].issue(SessionFields{Token: "x"}))
	}
	for _, w := range processes {
		w.open(tokens[0])
	}
	d.set(a, b)
	for _, w := range processes {
		memcachedtest.WaitFor(t, func() bool {
			return slices.ContainsFunc(tokens, func(token string) bool { return w.open(token).IsNew() })
		})
	}
}

func TestServersAndAddressesAreNotMixed(t *testing.T) {
	store := runtime.NewMemcache("127.0.0.1:11211")
	store.Servers = new(directory).list
	if _, err := NewSessions(runtime.Config{Store: store}); err == nil {
		t.Error("no error")
	}
	store = runtime.NewMemcache()
	store.Servers = func(context.Context) ([]string, error) { return nil, errors.New("no list") }
	sessions := mustSessions(t, runtime.Config{Store: store})
	defer store.Close()
	if _, err := sessions.Issue(t.Context(), SessionFields{}); !errors.Is(err, runtime.ErrUnavailable) {
		t.Errorf("without a list: %v", err)
	}
}
