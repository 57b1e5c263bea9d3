package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gofiber/fiber/v3"
	fiberrecover "github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// A setup is a way to serve the site.
type setup struct {
	name    string
	handler func(*site) http.Handler // nil for fiber
	app     func(*site) *fiber.App
	text    func(page string) string // of a page of the site; nil if it is plain
}

// recoveredOutside are the setups as they should be: what recovers from panics
// is around the session middleware.
var recoveredOutside = []setup{
	{name: "net/http", handler: netHTTPSite},
	{name: "chi", handler: chiSite},
	{name: "gorilla", handler: gorillaSite},
	{name: "gin", handler: ginSite},
	{name: "echo", handler: echoSite},
	{name: "fiber", app: fiberSite},
	{name: "templ", handler: templSite, text: textOfHTML},
	{name: "gzhttp", handler: compressedSite},
	{name: "otelhttp", handler: func(s *site) http.Handler { return tracedSite(s) }},
}

// recoveredInside are setups whose recovery is within the session middleware.
var recoveredInside = []setup{
	{name: "net/http, recovery inside", handler: func(s *site) http.Handler {
		return s.sessions.Middleware(recovered(netHTTPRoutes(s)))
	}},
	{name: "chi, recovery inside", handler: func(s *site) http.Handler {
		router := chi.NewRouter()
		router.Use(s.sessions.Middleware, chimiddleware.Recoverer)
		chiRoutes(router, s)
		return router
	}},
	{name: "gorilla, recovery inside", handler: func(s *site) http.Handler {
		router := mux.NewRouter()
		router.Use(s.sessions.Middleware, recovered)
		gorillaRoutes(router, s)
		return router
	}},
	{name: "gin, recovery inside", handler: func(s *site) http.Handler {
		engine := gin.New()
		engine.Use(ginsession.Middleware(s.sessions), gin.Recovery())
		ginRoutes(engine, s)
		return engine
	}},
	{name: "gin, all inside", handler: func(s *site) http.Handler {
		engine := gin.Default() // with a recovery of its own
		ginRoutes(engine, s)
		return s.sessions.Middleware(engine)
	}},
	{name: "echo, recovery inside", handler: func(s *site) http.Handler {
		e := echo.New()
		e.Use(echo.WrapMiddleware(s.sessions.Middleware), echomiddleware.Recover())
		echoRoutes(e, s)
		return e
	}},
	{name: "fiber, recovery inside", app: func(s *site) *fiber.App {
		app := fiber.New()
		app.Use(fibersession.Middleware(s.sessions), fiberrecover.New())
		fiberRoutes(app, s)
		return app
	}},
	{name: "templ, recovery inside", text: textOfHTML, handler: func(s *site) http.Handler {
		return s.sessions.Middleware(recovered(templRoutes(s)))
	}},
	{name: "gzhttp inside", handler: func(s *site) http.Handler {
		return s.sessions.Middleware(gzhttp.GzipHandler(recovered(netHTTPRoutes(s))))
	}},
}

// onEach runs a test on servers of the setups.
func onEach(t *testing.T, test func(t *testing.T, w *world), setups ...[]setup) {
	for _, list := range setups {
		for _, s := range list {
			if s.app != nil {
				t.Run(s.name, func(t *testing.T) {
					w := newWorld(t, nil)
					w.text = s.text
					w.serveFiber(s.app(w.site))
					test(t, w)
				})
				continue
			}
			overEachProtocol(t, s.name, func(t *testing.T, http2 bool) {
				w := newWorld(t, nil)
				w.text = s.text
				w.serve(s.handler(w.site), http2)
				test(t, w)
			})
		}
	}
}

// textOfHTML returns the paragraphs of a page, a line each.
func textOfHTML(page string) string {
	return strings.NewReplacer("<!doctype html><title>The site</title>", "", "<p>", "", "</p>", "\n").Replace(page)
}

func overEachProtocol(t *testing.T, name string, test func(t *testing.T, http2 bool)) {
	t.Run(name+", HTTP 1.1", func(t *testing.T) { test(t, false) })
	t.Run(name+", HTTP 2", func(t *testing.T) { test(t, true) })
}
