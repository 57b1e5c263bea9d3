package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gofiber/fiber/v3"
	fibercompress "github.com/gofiber/fiber/v3/middleware/compress"
	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v5"
	echomiddleware "github.com/labstack/echo/v5/middleware"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// plainText is for compressors that choose by the type that the handler sets.
var plainText = chimiddleware.SetHeader("Content-Type", "text/plain")

func TestCompressedBodyComesWithTheCookie(t *testing.T) {
	for name, handler := range map[string]func(*site) http.Handler{
		"outside": compressedSite,
		"inside": func(s *site) http.Handler {
			return s.sessions.Middleware(gzhttp.GzipHandler(netHTTPRoutes(s)))
		},
		"chi's outside": func(s *site) http.Handler {
			router := chi.NewRouter()
			router.Use(chimiddleware.Recoverer, chimiddleware.Compress(5), s.sessions.Middleware, plainText)
			chiRoutes(router, s)
			return router
		},
		"chi's inside": func(s *site) http.Handler {
			router := chi.NewRouter()
			router.Use(chimiddleware.Recoverer, s.sessions.Middleware, chimiddleware.Compress(5), plainText)
			chiRoutes(router, s)
			return router
		},
		"outside of gin": func(s *site) http.Handler {
			engine := gin.New()
			engine.Use(gin.Recovery(), ginsession.Middleware(s.sessions))
			ginRoutes(engine, s)
			return gzhttp.GzipHandler(engine)
		},
		"outside of gorilla/mux": func(s *site) http.Handler { return gzhttp.GzipHandler(gorillaSite(s)) },
		"inside, with gorilla/mux": func(s *site) http.Handler {
			router := mux.NewRouter()
			router.Use(recovered, s.sessions.Middleware, func(next http.Handler) http.Handler { return gzhttp.GzipHandler(next) })
			gorillaRoutes(router, s)
			return router
		},
		"echo's outside": func(s *site) http.Handler {
			e := echo.New()
			e.Use(echomiddleware.Gzip(), echomiddleware.Recover(), echo.WrapMiddleware(s.sessions.Middleware))
			echoRoutes(e, s)
			return e
		},
		"echo's inside": func(s *site) http.Handler {
			e := echo.New()
			e.Use(echomiddleware.Recover(), echo.WrapMiddleware(s.sessions.Middleware), echomiddleware.Gzip())
			echoRoutes(e, s)
			return e
		},
	} {
		overEachProtocol(t, name, func(t *testing.T, http2 bool) {
			w := newWorld(t, nil)
			w.serve(handler(w.site), http2)
			wantCompressedStory(t, w)
		})
	}
	for name, order := range map[string]func(compress, sessions fiber.Handler) []any{
		"fiber's outside": func(compress, sessions fiber.Handler) []any { return []any{compress, sessions} },
		"fiber's inside":  func(compress, sessions fiber.Handler) []any { return []any{sessions, compress} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			app := fiber.New()
			app.Use(order(fibercompress.New(), fibersession.Middleware(w.site.sessions))...)
			fiberRoutes(app, w.site)
			w.serveFiber(app)
			wantCompressedStory(t, w)
		})
	}
}

func wantCompressedStory(t *testing.T, w *world) {
	t.Helper()
	b := w.browser()
	p := b.get("/story")
	p.wantStatus(t, http.StatusOK)
	p.wantCookies(t, 1)
	if !p.Uncompressed || p.body != aStory {
		t.Errorf("compressed %t, %d bytes of %d", p.Uncompressed, len(p.body), len(aStory))
	}
	b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
}

// An interruptedStory begins, and then has a mistake that shows when it has set
// something.
type interruptedStory struct {
	session *Session
	begun   bool
}

func (s *interruptedStory) Read(p []byte) (int, error) {
	if s.begun {
		brokenPage(s.session)
	}
	s.begun = true
	return copy(p, aStory[:100]), nil
}

// What a compressor has held back it sends while the panic unwinds. Only outside
// of the session middleware does that do no harm.
func TestNothingIsStoredOfAPanicIfTheCompressorIsOutside(t *testing.T) {
	for name, c := range map[string]struct {
		handler func(*site) http.Handler
		stored  bool
	}{
		"outside": {compressedSite, false},
		"inside": {func(s *site) http.Handler {
			return recovered(s.sessions.Middleware(gzhttp.GzipHandler(netHTTPRoutes(s))))
		}, true},
	} {
		overEachProtocol(t, name, func(t *testing.T, http2 bool) {
			w := newWorld(t, nil)
			w.site.story = func(s *Session) io.Reader { return &interruptedStory{session: s} }
			w.serve(c.handler(w.site), http2)
			p := w.browser().get("/story")
			if stored := w.store.writes.Load() != 0; stored != c.stored {
				t.Errorf("stored %t", stored)
			}
			if sent := len(p.sent) != 0; sent != c.stored {
				t.Errorf("cookie sent %t", sent)
			}
		})
	}
}
