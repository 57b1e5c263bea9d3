package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/session"
	"github.com/valyala/fasthttp"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// Fiber keeps a session as one gob.
var Fiber = Library{
	Name:   "gofiber/fiber",
	Module: "github.com/gofiber/fiber/v3",
	Notes: "runs on fasthttp: its handler is called with a RequestCtx that is used again for each request; " +
		"loads the session before every request and writes all of it back after it, changed or not; its values are not sealed",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("gofiber/fiber is measured on memcached alone")
		}
		client := newClient(memcached)
		return &fiberSite{s, client, session.NewStore(session.Config{
			Storage:           fiberStorage{client},
			IdleTimeout:       lifetime * time.Second,
			CookieSecure:      true,
			CookieHTTPOnly:    true,
			CookieSessionOnly: true,
		})}, nil
	},
}

type fiberSite struct {
	shape  shape.Shape
	client *memcache.Client
	store  *session.Store
}

func (site *fiberSite) Close() { site.client.Close() }

func (site *fiberSite) Visitor(work Work) (Visitor, error) {
	v := &fiberVisitor{expectation: expect(work, site.shape)}
	v.ctx.Init(&fasthttp.Request{}, nil, nil)
	v.ctx.Request.SetRequestURI("https://example.com/")
	v.handler = site.page(func(s *session.Middleware) { site.handle(v, s) })
	if work == FirstVisit {
		return v, nil
	}
	if err := v.send(site.page(site.setAll)); err != nil {
		return nil, err
	}
	var cookie fasthttp.Cookie
	if err := cookie.ParseBytes(v.ctx.Response.Header.PeekCookie("session_id")); err != nil {
		return nil, fmt.Errorf("the first visit's cookie: %w", err)
	}
	v.ctx.Request.Header.SetCookieBytesKV(cookie.Key(), cookie.Value())
	return v, nil
}

func (site *fiberSite) page(handle func(*session.Middleware)) fasthttp.RequestHandler {
	app := fiber.New()
	app.Use(session.New(session.Config{Store: site.store}))
	app.Get("/", func(c fiber.Ctx) error {
		handle(session.FromContext(c))
		return c.Send(page)
	})
	return app.Handler()
}

func (site *fiberSite) handle(v *fiberVisitor, s *session.Middleware) {
	switch v.work {
	case Read:
		v.found = s.Get("Visits").(int)
	case ReadDocument:
		v.found = len(s.Get("Document").([]byte))
	case ReadWrite:
		v.found = s.Get("Visits").(int)
		s.Set("Visits", v.found+1)
	case SetAll:
		v.found = s.Get("Visits").(int)
		site.setAll(s)
		s.Set("Visits", v.found+1)
	case FirstVisit:
		site.setAll(s)
	}
}

func (site *fiberSite) setAll(s *session.Middleware) {
	for _, v := range site.shape.Variables {
		s.Set(v.Name, v.Value)
	}
}

// A fiberVisitor is to fasthttp's handlers what a browser is to those of
// net/http.
type fiberVisitor struct {
	expectation
	handler fasthttp.RequestHandler
	ctx     fasthttp.RequestCtx
	found   int
}

// Do implements [Visitor].
func (v *fiberVisitor) Do(n int) error {
	for range n {
		if err := v.send(v.handler); err != nil {
			return err
		}
		cookie := v.work == FirstVisit && len(v.ctx.Response.Header.PeekCookie("session_id")) != 0
		if err := v.check(v.found, 1, cookie); err != nil {
			return err
		}
	}
	return nil
}

// send sends a request to the handler, as fasthttp's server does: after it has
// cleared what the last one has left.
func (v *fiberVisitor) send(handler fasthttp.RequestHandler) error {
	v.found = 0
	v.ctx.Response.Reset()
	v.ctx.ResetUserValues()
	handler(&v.ctx)
	if status, size := v.ctx.Response.StatusCode(), len(v.ctx.Response.Body()); status != fiber.StatusOK || size != len(page) {
		return fmt.Errorf("status %d with %d bytes", status, size)
	}
	return nil
}

// fiberStorage is a [fiber.Storage] on gomemcache.
type fiberStorage struct{ client *memcache.Client }

func (s fiberStorage) Get(key string) ([]byte, error) {
	item, err := s.client.Get("fiber:" + key)
	if err == memcache.ErrCacheMiss {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return item.Value, nil
}

func (s fiberStorage) Set(key string, value []byte, lifetime time.Duration) error {
	return s.client.Set(&memcache.Item{Key: "fiber:" + key, Value: value, Expiration: int32(lifetime / time.Second)})
}

func (s fiberStorage) Delete(key string) error {
	err := s.client.Delete("fiber:" + key)
	if err == memcache.ErrCacheMiss {
		return nil
	}
	return err
}

func (s fiberStorage) Reset() error { return s.client.DeleteAll() }
func (s fiberStorage) Close() error { return s.client.Close() }

func (s fiberStorage) GetWithContext(_ context.Context, key string) ([]byte, error) {
	return s.Get(key)
}

func (s fiberStorage) SetWithContext(_ context.Context, key string, value []byte, lifetime time.Duration) error {
	return s.Set(key, value, lifetime)
}

func (s fiberStorage) DeleteWithContext(_ context.Context, key string) error { return s.Delete(key) }
func (s fiberStorage) ResetWithContext(context.Context) error                { return s.Reset() }
