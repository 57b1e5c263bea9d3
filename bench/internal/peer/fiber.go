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
		memcache := newClient(memcached)
		store := session.NewStore(session.Config{
			Storage:           fiberStorage{memcache},
			IdleTimeout:       lifetime * time.Second,
			CookieSecure:      true,
			CookieHTTPOnly:    true,
			CookieSessionOnly: true,
		})
		return &mapSite{s, func(do turn) client { return fiberPage(store, do) }, func() { memcache.Close() }}, nil
	},
}

func fiberPage(store *session.Store, do turn) client {
	c, s := &fiberClient{}, &fiberSession{}
	app := fiber.New()
	app.Use(session.New(session.Config{Store: store}))
	app.Get("/", func(ctx fiber.Ctx) error {
		s.Middleware = session.FromContext(ctx)
		if _, err := do(s); err != nil {
			return err
		}
		return ctx.Send(page)
	})
	c.handler = app.Handler()
	c.ctx.Init(&fasthttp.Request{}, nil, nil)
	c.ctx.Request.SetRequestURI("https://example.com/")
	return c
}

// fiberSession implements [values].
type fiberSession struct{ *session.Middleware }

func (s *fiberSession) get(name string) any            { return s.Get(name) }
func (s *fiberSession) set(name string, value any)     { s.Set(name, value) }
func (s *fiberSession) leave(name string, message any) { s.Set(name, message) }
func (s *fiberSession) renew() error                   { return s.Regenerate() }
func (s *fiberSession) destroy() error                 { return s.Destroy() }

// take does by hand what the library has no method for.
func (s *fiberSession) take(name string) any {
	message := s.Get(name)
	s.Delete(name)
	return message
}

// A fiberClient is to fasthttp's handlers what a browser is to those of
// net/http.
type fiberClient struct {
	handler fasthttp.RequestHandler
	ctx     fasthttp.RequestCtx
}

// send sends a request to the handler, as fasthttp's server does: after it has
// cleared what the last one has left.
func (c *fiberClient) send() error {
	c.ctx.Response.Reset()
	c.ctx.ResetUserValues()
	c.handler(&c.ctx)
	if status, size := c.ctx.Response.StatusCode(), len(c.ctx.Response.Body()); status != fiber.StatusOK || size != len(page) {
		return fmt.Errorf("status %d with %d bytes", status, size)
	}
	return nil
}

func (c *fiberClient) bring(cookie string) {
	c.ctx.Request.Header.DelAllCookies()
	if cookie != "" {
		c.ctx.Request.Header.Set(fiber.HeaderCookie, cookie)
	}
}

// fiberCookie is the name of the session's cookie.
const fiberCookie = "session_id"

func (c *fiberClient) told() bool { return len(c.ctx.Response.Header.PeekCookie(fiberCookie)) != 0 }

func (c *fiberClient) cookie() (string, error) {
	if !c.told() {
		return string(c.ctx.Request.Header.Peek(fiber.HeaderCookie)), nil
	}
	var cookie fasthttp.Cookie
	if err := cookie.ParseBytes(c.ctx.Response.Header.PeekCookie(fiberCookie)); err != nil {
		return "", err
	}
	if len(cookie.Value()) == 0 {
		return "", nil // it was removed
	}
	return string(cookie.Key()) + "=" + string(cookie.Value()), nil
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

func (s fiberStorage) Delete(key string) error { return drop(s.client, "fiber:"+key) }

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
