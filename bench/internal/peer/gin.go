package peer

import (
	"errors"
	"net/http"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/memcached"
	"github.com/gin-gonic/gin"
	"github.com/gorilla/securecookie"
	gorilla "github.com/gorilla/sessions"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Gin wraps gorilla/sessions, but brings a store for memcached of its own.
var Gin = Library{
	Name:   "gin-contrib/sessions",
	Module: "github.com/gin-contrib/sessions",
	Notes: "is gorilla/sessions behind gin's router, with the store for memcached that it brings: " +
		"which signs the stored values, too, and keeps them in base64; its limit of 4096 bytes is lifted; " +
		"a logout stores an empty session that has expired, because that store deletes nothing",
	Open: func(s shape.Shape, server string) (Site, error) {
		if server == "" {
			return nil, errors.New("gin-contrib/sessions is measured on memcached alone")
		}
		memcache := newClient(server)
		store := memcached.NewStore(memcache, ginPrefix, securecookie.GenerateRandomKey(32))
		store.Options(ginOptions(lifetime))
		limited, ok := store.(interface{ MaxLength(int) })
		if !ok {
			return nil, errors.New("gin-contrib/sessions has a store without MaxLength")
		}
		limited.MaxLength(0)
		gin.SetMode(gin.ReleaseMode) // not by visitors, which come side by side
		return &mapSite{s, func(do turn) client { return ginPage(memcache, store, do) }, func() { memcache.Close() }}, nil
	},
}

// ginPrefix is that of the keys.
const ginPrefix = "gin:"

func ginOptions(maxAge int) sessions.Options {
	return sessions.Options{Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode}
}

func ginPage(memcache *memcache.Client, store sessions.Store, do turn) client {
	b, s := newBrowser(), &ginSession{memcache: memcache}
	engine := gin.New()
	engine.Use(sessions.Sessions(cookieName, store))
	engine.GET("/", func(c *gin.Context) {
		s.Session = sessions.Default(c)
		changed, err := do(s)
		if err == nil && changed {
			err = s.Save()
		}
		b.answer(c.Writer, err)
	})
	b.handler = engine
	return b
}

// ginSession implements [values].
type ginSession struct {
	sessions.Session
	memcache *memcache.Client
}

func (s *ginSession) get(name string) any            { return s.Get(name) }
func (s *ginSession) set(name string, value any)     { s.Set(name, value) }
func (s *ginSession) leave(name string, message any) { s.AddFlash(message, name) }

func (s *ginSession) take(name string) any {
	if messages := s.Flashes(name); len(messages) != 0 {
		return messages[0]
	}
	return nil
}

// renew does by hand what the library has no method for.
func (s *ginSession) renew() error {
	wrapping, ok := s.Session.(interface{ Session() *gorilla.Session })
	if !ok {
		return errors.New("gin-contrib/sessions does not tell what it wraps")
	}
	err := drop(s.memcache, ginPrefix+s.ID())
	wrapping.Session().ID = "" // Save finds a new one
	return err
}

// destroy lets Save do it: it stores an empty session that has expired.
func (s *ginSession) destroy() error {
	s.Clear()
	s.Options(ginOptions(-1))
	return nil
}
