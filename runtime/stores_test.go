package runtime_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

func TestMemcachePassesAsAStore(t *testing.T) {
	servers := []string{memcachedtest.Start(t), memcachedtest.Start(t), memcachedtest.Start(t)}
	authority := memcachedtest.NewAuthority(t)
	users := memcachedtest.ReadableFile(t, "shop:s3cret:/+=\nblog:other\n")
	secure := authority.Start(time.Now().Add(time.Hour), "-Y", users, "-o", "ssl_verify_mode=2").Addr
	mutual := &tls.Config{RootCAs: authority.Roots, Certificates: []tls.Certificate{authority.Certificate(time.Now().Add(time.Hour))}}
	for name, make := range map[string]func() *runtime.Memcache{
		"carried": func() *runtime.Memcache { return runtime.NewMemcache(servers...) },
		"plain": func() *runtime.Memcache {
			store := runtime.NewMemcache(servers...)
			store.Plain = true
			return store
		},
		"TLS and user names": func() *runtime.Memcache {
			store := runtime.NewMemcache(secure)
			store.TLS, store.Username, store.Password = mutual, "shop", "s3cret:/+="
			return store
		},
		"DialContext": func() *runtime.Memcache {
			store := runtime.NewMemcache("cache.invalid")
			store.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				if network != "tcp" || address != "cache.invalid:11211" {
					return nil, fmt.Errorf("asked for %s %s", network, address)
				}
				conn, err := new(net.Dialer).DialContext(ctx, network, servers[0])
				return struct{ net.Conn }{conn}, err // no connection of the system's
			}
			return store
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits for items to expire
			storetest.Run(t, func(t *testing.T) runtime.Store {
				store := make()
				store.Timeout = 20 * time.Second
				t.Cleanup(func() { store.Close() })
				return store
			})
		})
	}
}

func TestSessionOfManyVariablesWithTheLongestNamesLivesInMemcached(t *testing.T) {
	type many struct {
		session runtime.Session
		vars    [150]runtime.Var[int]
	}
	schema := runtime.Schema[many]{
		Name:    "session",
		Session: func(s *many) *runtime.Session { return &s.session },
	}
	for i := range len(many{}.vars) {
		schema.Variables = append(schema.Variables, runtime.Eager(
			fmt.Sprintf("V%d", i), fmt.Sprintf("%064d", i), runtime.Gob[int](),
			func(s *many) *runtime.Var[int] { return &s.vars[i] }))
	}
	m, err := runtime.NewManager(runtime.Config{
		Store:     memcacheStore(t),
		Namespace: strings.Repeat("n", 32),
		OnEvent:   failOnLoss(t),
	}, schema)
	if err != nil {
		t.Fatal(err)
	}
	s := m.New()
	for i := range s.vars {
		s.vars[i].Set(&s.session, i)
	}
	cookie, err := m.Issue(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := m.Open(t.Context(), cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.vars {
			if !s.vars[i].Has() || s.vars[i].Get() != i {
				t.Fatalf("variable %d: %d, set: %v", i, s.vars[i].Get(), s.vars[i].Has())
			}
		}
		if err := s.session.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		cookie = s.session.Cookie()
	}
}

// reversing is a store that reorders the keys it is given.
type reversing struct{ runtime.Store }

func (s reversing) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	items, err := s.Store.Get(ctx, slices.Clone(keys))
	slices.Reverse(keys)
	return items, err
}

func TestStoreMayReorderTheKeysItIsGiven(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) { c.Store = reversing{c.Store} })
	if s := w.open(w.issue(SessionFields{Token: "x", Visits: 7})); s.GetToken() != "x" || s.GetVisits() != 7 {
		t.Errorf("read %+v", s.Values())
	}
}
