package peer

import (
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
		"writes the whole session back without looking whether it has changed meanwhile; its values are not sealed",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("gorilla/sessions is measured on memcached alone")
		}
		return &gorillaSite{s, newGorillaStore(memcached)}, nil
	},
}

// cookieName is the name of the cookies whose library has none of its own.
const cookieName = "session"

type gorillaSite struct {
	shape shape.Shape
	store *gorillaStore
}

func (site *gorillaSite) Close() { site.store.client.Close() }

func (site *gorillaSite) Visitor(work Work) (Visitor, error) {
	b := newBrowser(work, site.shape)
	b.handler = site.page(b, func(values map[any]any) bool { return site.handle(b, values) })
	switch work {
	case Untouched: // without a middleware, it costs nothing
		b.handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { b.answer(w, nil) })
	case FirstVisit:
		return b, nil
	}
	return b, b.begin(site.page(b, func(values map[any]any) bool {
		site.setAll(values)
		return true
	}))
}

// page returns a handler that calls handle, which tells whether it has changed
// the values.
func (site *gorillaSite) page(b *browser, handle func(values map[any]any) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := site.store.Get(r, cookieName)
		if err == nil && handle(s.Values) {
			err = s.Save(r, w)
		}
		b.answer(w, err)
	})
}

func (site *gorillaSite) handle(b *browser, values map[any]any) bool {
	switch b.work {
	case Read:
		b.found = values["Visits"].(int)
	case ReadDocument:
		b.found = len(values["Document"].([]byte))
	case ReadWrite:
		b.found = values["Visits"].(int)
		values["Visits"] = b.found + 1
		return true
	case SetAll:
		b.found = values["Visits"].(int)
		site.setAll(values)
		values["Visits"] = b.found + 1
		return true
	case FirstVisit:
		site.setAll(values)
		return true
	}
	return false
}

func (site *gorillaSite) setAll(values map[any]any) {
	for _, v := range site.shape.Variables {
		values[v.Name] = v.Value
	}
}

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
	item, err := s.client.Get("gorilla:" + session.ID)
	if err != nil {
		return session, err
	}
	session.IsNew = false
	return session, securecookie.GobEncoder{}.Deserialize(item.Value, &session.Values)
}

func (s *gorillaStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.ID == "" {
		session.ID = rand.Text()
	}
	value, err := securecookie.GobEncoder{}.Serialize(session.Values)
	if err != nil {
		return err
	}
	if err := s.client.Set(&memcache.Item{Key: "gorilla:" + session.ID, Value: value, Expiration: lifetime}); err != nil {
		return err
	}
	cookie, err := securecookie.EncodeMulti(session.Name(), session.ID, s.codecs...)
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), cookie, session.Options))
	return nil
}
