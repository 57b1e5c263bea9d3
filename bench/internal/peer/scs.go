package peer

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// SCS keeps a session as one gob.
var SCS = Library{
	Name:   "alexedwards/scs",
	Module: "github.com/alexedwards/scs/v2",
	Notes: "loads the session in every request, used or not; writes all of it back without looking whether it has changed meanwhile; " +
		"its memory is `memstore`, and its values are not sealed",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		manager := scs.New()
		// Without the goroutine that removes what has expired, which would keep
		// all sessions after the site is closed.
		manager.Store = memstore.NewWithCleanupInterval(0)
		site := &mapSite{shape: s, close: func() {}}
		if memcached != "" {
			client := newClient(memcached)
			manager.Store = scsStore{client}
			site.close = func() { client.Close() }
		}
		site.page = func(do turn) client { return scsPage(manager, do) }
		return site, nil
	},
}

func scsPage(manager *scs.SessionManager, do turn) client {
	b, s := newBrowser(), &scsSession{manager: manager}
	b.handler = manager.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ctx = r.Context()
		_, err := do(s)
		b.answer(w, err)
	}))
	return b
}

// scsSession implements [values] and [repeater].
type scsSession struct {
	manager *scs.SessionManager
	ctx     context.Context
}

func (s *scsSession) get(name string) any            { return s.manager.Get(s.ctx, name) }
func (s *scsSession) set(name string, value any)     { s.manager.Put(s.ctx, name, value) }
func (s *scsSession) leave(name string, message any) { s.manager.Put(s.ctx, name, message) }
func (s *scsSession) take(name string) any           { return s.manager.Pop(s.ctx, name) }
func (s *scsSession) renew() error                   { return s.manager.RenewToken(s.ctx) }
func (s *scsSession) destroy() error                 { return s.manager.Destroy(s.ctx) }

func (s *scsSession) repeat(name string, n int) int {
	sum := 0
	for range n {
		sum += s.manager.GetInt(s.ctx, name)
	}
	return sum / n
}

func (s *scsSession) count(name string, n int) int {
	for i := range n {
		s.manager.Put(s.ctx, name, i+1)
	}
	return s.manager.GetInt(s.ctx, name)
}

// scsStore is a [scs.Store] on gomemcache.
type scsStore struct{ client *memcache.Client }

func (s scsStore) Find(token string) ([]byte, bool, error) {
	item, err := s.client.Get("scs:" + token)
	if err == memcache.ErrCacheMiss {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return item.Value, true, nil
}

func (s scsStore) Commit(token string, b []byte, expiry time.Time) error {
	seconds := int32(time.Until(expiry)/time.Second) + 1
	return s.client.Set(&memcache.Item{Key: "scs:" + token, Value: b, Expiration: seconds})
}

func (s scsStore) Delete(token string) error { return drop(s.client, "scs:"+token) }
