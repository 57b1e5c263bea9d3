package migrations_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/bradfitz/gomemcache/memcache"
	"github.com/gorilla/sessions"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	appenginebefore "github.com/sessiongen/sessiongen/examples/migrations/appengine/before"
	appengineduring "github.com/sessiongen/sessiongen/examples/migrations/appengine/during"
	gorillabefore "github.com/sessiongen/sessiongen/examples/migrations/gorilla/before"
	gorilladuring "github.com/sessiongen/sessiongen/examples/migrations/gorilla/during"
	scsbefore "github.com/sessiongen/sessiongen/examples/migrations/scs/before"
	scsduring "github.com/sessiongen/sessiongen/examples/migrations/scs/during"
	"github.com/sessiongen/sessiongen/runtime"
)

// An old app is the app as it was, and as it is during the move.
type oldApp struct {
	cookie string // its name
	before http.Handler
	during func(*after.Sessions, runtime.Store) http.Handler

	// inCookie tells that the session is in the cookie, so that nothing can end it
	// for good.
	inCookie bool
}

// newCookie is the name of the cookie of the new sessions.
const newCookie = "__Host-session"

// fromEach runs a test with each of the old apps, all on real servers.
func fromEach(t *testing.T, test func(t *testing.T, old oldApp, store *runtime.Memcache)) {
	for name, start := range map[string]func(t *testing.T, addr string) oldApp{
		"scs in memory": func(t *testing.T, _ string) oldApp {
			return scsApp(memstore.NewWithCleanupInterval(0))
		},
		"scs on memcached": func(t *testing.T, addr string) oldApp {
			return scsApp(scsMemcached{newClient(t, addr)})
		},
		"gorilla in cookies": func(t *testing.T, _ string) oldApp {
			app := gorillaApp(gorillabefore.NewStore([]byte("a key of 32 bytes, for the tests")))
			app.inCookie = true
			return app
		},
		"gorilla in files": func(t *testing.T, _ string) oldApp {
			return gorillaApp(sessions.NewFilesystemStore(t.TempDir(), []byte("a key of 32 bytes, for the tests")))
		},
		"recipe": func(t *testing.T, addr string) oldApp {
			cache := newClient(t, addr)
			return oldApp{
				cookie: appenginebefore.CookieName,
				before: appenginebefore.Handler(cache),
				during: func(s *after.Sessions, marks runtime.Store) http.Handler {
					return appengineduring.Handler(s, marks, cache)
				},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := startMemcached(t)
			store := runtime.NewMemcache(addr)
			t.Cleanup(func() { store.Close() })
			test(t, start(t, addr), store)
		})
	}
}

func scsApp(store scs.Store) oldApp {
	manager := scsbefore.NewManager(store)
	return oldApp{
		cookie: manager.Cookie.Name,
		before: scsbefore.Handler(manager),
		during: func(s *after.Sessions, marks runtime.Store) http.Handler {
			// What another process has: a manager of the same configuration.
			return scsduring.Handler(s, marks, scsbefore.NewManager(store))
		},
	}
}

func gorillaApp(store sessions.Store) oldApp {
	return oldApp{
		cookie: gorillabefore.Name,
		before: gorillabefore.Handler(store),
		during: func(s *after.Sessions, marks runtime.Store) http.Handler {
			return gorilladuring.Handler(s, marks, store)
		},
	}
}

func newClient(t *testing.T, addr string) *memcache.Client {
	client := memcache.New(addr)
	t.Cleanup(func() { client.Close() })
	return client
}

// scsMemcached is a store of scs, with the keys of its memcachedstore.
type scsMemcached struct{ client *memcache.Client }

func (s scsMemcached) Find(token string) ([]byte, bool, error) {
	item, err := s.client.Get("scs:session:" + token)
	switch {
	case errors.Is(err, memcache.ErrCacheMiss), errors.Is(err, memcache.ErrMalformedKey):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return item.Value, true, nil
}

func (s scsMemcached) Commit(token string, b []byte, expiry time.Time) error {
	return s.client.Set(&memcache.Item{Key: "scs:session:" + token, Value: b, Expiration: int32(expiry.Unix())})
}

func (s scsMemcached) Delete(token string) error {
	err := s.client.Delete("scs:session:" + token)
	if errors.Is(err, memcache.ErrCacheMiss) {
		return nil
	}
	return err
}

// newSessions returns the new sessions, in a namespace.
func newSessions(t *testing.T, store runtime.Store, namespace string) *after.Sessions {
	t.Helper()
	sessions, err := after.NewSessions(runtime.Config{Store: store, Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}
