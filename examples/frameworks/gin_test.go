package frameworks

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/sessiongen/sessiongen/runtime"
)

// bypassedSessions is the mistake that [ginSessions] is not: it hands the handlers
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
			engine.Use(ginSessions(s.sessions))
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

func TestGinAnswerWithoutABodyBringsTheCookie(t *testing.T) {
	w := newWorld(t, nil)
	engine := gin.New()
	engine.Use(ginSessions(w.site.sessions))
	engine.GET("/", w.site.ginPage(func(c *gin.Context, session *Session) error {
		c.Status(http.StatusNoContent)
		session.SetVisits(1) // behind Status, which sends nothing in gin
		return nil
	}))
	w.serve(engine, false)
	w.browser().get("/").want(t, http.StatusNoContent, "", 1)
}

// Whichever way the answer is written, it goes through the session middleware.
func TestNothingOfAGinPageIsSentIfItsSessionIsNotStored(t *testing.T) {
	for name, write := range map[string]func(gin.ResponseWriter){
		"Write":          func(w gin.ResponseWriter) { w.Write([]byte("a page")) },
		"WriteString":    func(w gin.ResponseWriter) { w.WriteString("a page") },
		"WriteHeaderNow": func(w gin.ResponseWriter) { w.WriteHeaderNow() },
		"Flush":          func(w gin.ResponseWriter) { w.Flush() },
		"nothing":        func(gin.ResponseWriter) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			engine := gin.New()
			engine.Use(ginSessions(w.site.sessions))
			engine.GET("/", w.site.ginPage(func(c *gin.Context, session *Session) error {
				session.SetVisits(1)
				c.Header("ETag", `"a page"`)
				write(c.Writer)
				return nil
			}))
			w.serve(engine, false)
			w.store.down.Store(true)
			p := w.browser().get("/")
			p.want(t, http.StatusServiceUnavailable, "Service Unavailable\n", 0)
			if tag := p.Header.Get("ETag"); tag != "" {
				t.Errorf("the page's ETag is %s", tag)
			}
		})
	}
}

func TestGinMiddlewareOutsideOfTheSessionsSeesWhatWasSent(t *testing.T) {
	w := newWorld(t, nil)
	engine := gin.New()
	status, size := make(chan int, 1), make(chan int, 1)
	engine.Use(func(c *gin.Context) {
		c.Next()
		status <- c.Writer.Status()
		size <- c.Writer.Size()
	}, ginSessions(w.site.sessions))
	engine.GET("/", w.site.ginPage(func(c *gin.Context, session *Session) error {
		c.String(http.StatusTeapot, "%s", frontPage(session))
		return nil
	}))
	w.serve(engine, false)
	p := w.browser().get("/")
	p.want(t, http.StatusTeapot, "Visit 1 of a stranger.\n", 1)
	if status, size := <-status, <-size; status != p.StatusCode || size != len(p.body) {
		t.Errorf("the middleware has seen status %d and %d bytes", status, size)
	}
}

// Unless told otherwise gin goes on behind the answer of the session
// middleware, and runs the handlers without a session.
func TestGinStopsWhereTheSessionMiddlewareRefuses(t *testing.T) {
	w := newWorld(t, nil)
	second := newWorld(t, func(c *runtime.Config) { c.Namespace = "second" }) // of the same cookie
	engine := gin.New()
	engine.Use(ginSessions(second.site.sessions), ginSessions(w.site.sessions))
	reached := false
	engine.GET("/", func(*gin.Context) { reached = true })
	w.serve(engine, false)
	w.browser().get("/").wantStatus(t, http.StatusInternalServerError)
	if reached {
		t.Error("the handler was reached")
	}
}
