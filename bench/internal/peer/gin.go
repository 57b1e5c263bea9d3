package peer

import (
	"errors"
	"net/http"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/memcached"
	"github.com/gin-gonic/gin"
	"github.com/gorilla/securecookie"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Gin wraps gorilla/sessions, but brings a store for memcached of its own.
var Gin = Library{
	Name:   "gin-contrib/sessions",
	Module: "github.com/gin-contrib/sessions",
	Notes: "is gorilla/sessions behind gin's router, with the store for memcached that it brings: " +
		"which signs the stored values, too, and keeps them in base64; its limit of 4096 bytes is lifted",
	Open: func(s shape.Shape, server string) (Site, error) {
		if server == "" {
			return nil, errors.New("gin-contrib/sessions is measured on memcached alone")
		}
		client := newClient(server)
		store := memcached.NewStore(client, "gin:", securecookie.GenerateRandomKey(32))
		store.Options(sessions.Options{Path: "/", MaxAge: lifetime, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
		limited, ok := store.(interface{ MaxLength(int) })
		if !ok {
			return nil, errors.New("gin-contrib/sessions has a store without MaxLength")
		}
		limited.MaxLength(0)
		gin.SetMode(gin.ReleaseMode) // not by visitors, which come side by side
		return &ginSite{s, client, store}, nil
	},
}

type ginSite struct {
	shape  shape.Shape
	client *memcache.Client
	store  sessions.Store
}

func (site *ginSite) Close() { site.client.Close() }

func (site *ginSite) Visitor(work Work) (Visitor, error) {
	b := newBrowser(work, site.shape)
	b.handler = site.page(b, func(s sessions.Session) bool { return site.handle(b, s) })
	if work == FirstVisit {
		return b, nil
	}
	return b, b.begin(site.page(b, func(s sessions.Session) bool {
		site.setAll(s)
		return true
	}))
}

// page returns a handler that calls handle, which tells whether it has changed
// the session.
func (site *ginSite) page(b *browser, handle func(sessions.Session) bool) http.Handler {
	engine := gin.New()
	engine.Use(sessions.Sessions(cookieName, site.store))
	engine.GET("/", func(c *gin.Context) {
		var err error
		if s := sessions.Default(c); handle(s) {
			err = s.Save()
		}
		b.answer(c.Writer, err)
	})
	return engine
}

func (site *ginSite) handle(b *browser, s sessions.Session) bool {
	switch b.work {
	case Read:
		b.found = s.Get("Visits").(int)
	case ReadDocument:
		b.found = len(s.Get("Document").([]byte))
	case ReadWrite:
		b.found = s.Get("Visits").(int)
		s.Set("Visits", b.found+1)
		return true
	case SetAll:
		b.found = s.Get("Visits").(int)
		site.setAll(s)
		s.Set("Visits", b.found+1)
		return true
	case FirstVisit:
		site.setAll(s)
		return true
	}
	return false
}

func (site *ginSite) setAll(s sessions.Session) {
	for _, v := range site.shape.Variables {
		s.Set(v.Name, v.Value)
	}
}
