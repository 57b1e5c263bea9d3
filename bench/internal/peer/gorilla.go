package peer

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Gorilla keeps a session as one gob.
var Gorilla = Library{
	Name:   "gorilla/sessions",
	Module: "github.com/gorilla/sessions",
	Notes: "has no middleware, so the handler calls Save itself; signs the cookie, and checks it in every request; " +
		"writes the whole session back without looking whether it has changed meanwhile; its values are not sealed; " +
		"it has no way to renew a session, which is done by hand: the old item is deleted, and Save finds a new id",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("gorilla/sessions is measured on memcached alone")
		}
		store := newGorillaStore(memcached)
		return &mapSite{s, func(do turn) client { return gorillaPage(store, do) }, func() { store.client.Close() }}, nil
	},
}

// cookieName is the name of the cookies whose library has none of its own.
const cookieName = "session"

func gorillaPage(store *gorillaStore, do turn) client {
	b, s := newBrowser(), &gorillaSession{store: store}
	b.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.request, s.loaded, s.err = r, nil, nil
		changed, err := do(s)
		if err = cmp.Or(err, s.err); err == nil && changed {
			err = s.session().Save(r, w)
		}
		b.answer(w, err)
	})
	return b
}

// gorillaSession implements [values]. Without a middleware, a request that does
// not touch the session costs nothing.
type gorillaSession struct {
	store   *gorillaStore
	request *http.Request
	loaded  *sessions.Session
	err     error
}

func (s *gorillaSession) session() *sessions.Session {
	if s.loaded == nil {
		s.loaded, s.err = s.store.Get(s.request, cookieName)
	}
	return s.loaded
}

func (s *gorillaSession) get(name string) any            { return s.session().Values[name] }
func (s *gorillaSession) set(name string, value any)     { s.session().Values[name] = value }
func (s *gorillaSession) leave(name string, message any) { s.session().AddFlash(message, name) }

func (s *gorillaSession) take(name string) any {
	if messages := s.session().Flashes(name); len(messages) != 0 {
		return messages[0]
	}
	return nil
}

// renew does by hand what the library has no method for.
func (s *gorillaSession) renew() error {
	err := drop(s.store.client, gorillaPrefix+s.session().ID)
	s.session().ID = "" // Save finds a new one
	return err
}

// destroy lets Save do it.
func (s *gorillaSession) destroy() error {
	s.session().Options.MaxAge = -1
	return nil
}

// gorillaPrefix is that of its keys.
const gorillaPrefix = "gorilla:"

// gorillaStore is a [sessions.Store] on gomemcache. It follows the library's
// own FilesystemStore, except that what it stores is a plain gob.
type gorillaStore struct {
	client *memcache.Client
	codecs []securecookie.Codec
}

func newGorillaStore(memcached string) *gorillaStore {
	return &gorillaStore{newClient(memcached), securecookie.CodecsFromPairs(securecookie.GenerateRandomKey(32))}
}

func (s *gorillaStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

func (s *gorillaStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = &sessions.Options{Path: "/", MaxAge: lifetime, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
	session.IsNew = true
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil
	}
	if err := securecookie.DecodeMulti(name, cookie.Value, &session.ID, s.codecs...); err != nil {
		return session, err
	}
	item, err := s.client.Get(gorillaPrefix + session.ID)
	if err == memcache.ErrCacheMiss {
		session.ID = ""
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.IsNew = false
	return session, securecookie.GobEncoder{}.Deserialize(item.Value, &session.Values)
}

func (s *gorillaStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge <= 0 {
		if err := drop(s.client, gorillaPrefix+session.ID); err != nil {
			return err
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return nil
	}
	if session.ID == "" {
		session.ID = rand.Text()
	}
	value, err := securecookie.GobEncoder{}.Serialize(session.Values)
	if err != nil {
		return err
	}
	if err := s.client.Set(&memcache.Item{Key: gorillaPrefix + session.ID, Value: value, Expiration: lifetime}); err != nil {
		return err
	}
	cookie, err := securecookie.EncodeMulti(session.Name(), session.ID, s.codecs...)
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), cookie, session.Options))
	return nil
}
