package main

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// bypassedSessions is the mistake that [ginsession.Middleware] is not: it hands the handlers
// the request with the session, but not the writer that stores it.
func bypassedSessions(sessions *Sessions) gin.HandlerFunc {
	return func(c *gin.Context) {
		next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			c.Request = r
			c.Next()
		})
		sessions.Middleware(next).ServeHTTP(c.Writer, c.Request)
	}
}

func bypassedSite(s *site) http.Handler {
	engine := gin.New()
	engine.Use(gin.Recovery(), bypassedSessions(s.sessions))
	ginRoutes(engine, s)
	return engine
}

func TestAdapterThatBypassesTheWriterStoresNoSessionAndIsReported(t *testing.T) {
	overEachProtocol(t, "gin", func(t *testing.T, http2 bool) {
		w := newWorld(t, nil)
		w.serve(bypassedSite(w.site), http2)
		w.browser().get("/").wantCookies(t, 0)
		w.close()

		if n := w.store.writes.Load(); n != 0 {
			t.Errorf("%d items are stored, without a cookie", n)
		}
		lines := w.log.loud(slog.LevelError)
		if len(lines) != 1 {
			t.Fatalf("%d lines of level Error, not 1: %q", len(lines), lines)
		}
		// What happened, where, and what to do.
		for _, part := range []string{"header", "GET", "/", "writer"} {
			if !strings.Contains(strings.ToLower(lines[0].text), strings.ToLower(part)) {
				t.Errorf("the log says nothing of %q: %s", part, lines[0].text)
			}
		}
	})
}

// With such an adapter a session that lives can still be loaded and stored: that
// needs no cookie.
func TestAdapterThatBypassesTheWriterStoresALivingSession(t *testing.T) {
	w := newWorld(t, nil)
	w.serve(bypassedSite(w.site), false)
	b := w.browser()
	cookie, err := w.site.sessions.Issue(t.Context(), SessionFields{Visits: 6})
	if err != nil {
		t.Fatal(err)
	}
	b.client.Jar.SetCookies(b.base, []*http.Cookie{cookie})
	b.get("/").want(t, http.StatusOK, "Visit 7 of a stranger.\n", 0)
	b.get("/").want(t, http.StatusOK, "Visit 8 of a stranger.\n", 0)
}

// A gin.Context is a context.Context, and so easily given to From; as gin comes,
// it does not hand on the values of its request's.
func TestFromFindsTheSessionOfAGinContext(t *testing.T) {
	from := func(s *site) gin.HandlerFunc {
		return func(c *gin.Context) {
			session, err := s.sessions.From(c)
			if err != nil {
				c.String(http.StatusInternalServerError, "%v", err)
				return
			}
			c.String(http.StatusOK, "%s", frontPage(session))
		}
	}
	for name, handler := range map[string]func(*site) http.Handler{
		"adapter": func(s *site) http.Handler {
			engine := gin.New()
			engine.Use(ginsession.Middleware(s.sessions))
			engine.GET("/", from(s))
			return engine
		},
		"around the engine": func(s *site) http.Handler {
			engine := gin.New()
			engine.GET("/", from(s))
			return s.sessions.Middleware(engine)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.serve(handler(w.site), false)
			b := w.browser()
			b.get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
			b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
		})
	}
}
