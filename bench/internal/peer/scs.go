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
		site := &scsSite{shape: s, sessions: scs.New()}
		// Without the goroutine that removes what has expired, which would keep
		// all sessions after the site is closed.
		site.sessions.Store = memstore.NewWithCleanupInterval(0)
		if memcached != "" {
			site.client = newClient(memcached)
			site.sessions.Store = scsStore{site.client}
		}
		return site, nil
	},
}

type scsSite struct {
	shape    shape.Shape
	sessions *scs.SessionManager
	client   *memcache.Client // nil without memcached
}

func (site *scsSite) Close() {
	if site.client != nil {
		site.client.Close()
	}
}

func (site *scsSite) Visitor(work Work) (Visitor, error) {
	b := newBrowser(work, site.shape)
	b.handler = site.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site.handle(b, r.Context())
		b.answer(w, nil)
	}))
	if work == FirstVisit || work == FirstSets {
		return b, nil
	}
	return b, b.begin(site.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site.setAll(r.Context())
		b.answer(w, nil)
	})))
}

func (site *scsSite) handle(b *browser, ctx context.Context) {
	switch b.work {
	case Untouched:
	case Read:
		b.found = site.sessions.GetInt(ctx, "Visits")
	case ReadWrite:
		b.found = site.sessions.GetInt(ctx, "Visits")
		site.sessions.Put(ctx, "Visits", b.found+1)
	case SetAll:
		b.found = site.sessions.GetInt(ctx, "Visits")
		site.setAll(ctx)
		site.sessions.Put(ctx, "Visits", b.found+1)
	case FirstVisit:
		site.setAll(ctx)
	case FirstSets:
		if b.second {
			site.sessions.Put(ctx, "Token", twelve.Token)
			site.sessions.Put(ctx, "Profile", twelve.Profile)
			site.sessions.Put(ctx, "LoggedIn", twelve.LoggedIn)
		} else {
			site.sessions.Put(ctx, "Visits", twelve.Visits)
			site.sessions.Put(ctx, "Language", twelve.Language)
		}
		b.found = site.sessions.GetInt(ctx, "Visits")
	case ReadDocument:
		b.found = len(site.sessions.GetBytes(ctx, "Document"))
	case Getter:
		for range b.loop {
			b.found += site.sessions.GetInt(ctx, "Visits")
		}
		b.found /= b.loop
	case Setter:
		for i := range b.loop {
			site.sessions.Put(ctx, "Visits", i+1)
		}
		b.found = site.sessions.GetInt(ctx, "Visits")
	}
}

func (site *scsSite) setAll(ctx context.Context) {
	for _, v := range site.shape.Variables {
		site.sessions.Put(ctx, v.Name, v.Value)
	}
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

func (s scsStore) Delete(token string) error {
	err := s.client.Delete("scs:" + token)
	if err == memcache.ErrCacheMiss {
		return nil
	}
	return err
}
