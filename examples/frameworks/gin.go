package frameworks

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
)

// ginSite serves the site with gin, the sessions being a middleware of gin's.
func ginSite(s *site) http.Handler {
	engine := gin.New()
	engine.Use(gin.Recovery(), ginSessions(s.sessions))
	ginRoutes(engine, s)
	return engine
}

// ginDefaultSite does without an adapter: the session middleware goes around the
// engine as around any handler. All of gin is within it then, the recovery of
// gin.Default included, so of a page that panics is stored what it had set.
func ginDefaultSite(s *site) http.Handler {
	engine := gin.Default()
	ginRoutes(engine, s)
	return s.sessions.Middleware(engine)
}

// ginSessions makes a gin middleware of the session middleware. The handlers
// must get its request, which has the session, and its writer, which stores the
// session before the first byte: without the second no cookie could be sent.
func ginSessions(sessions *Sessions) gin.HandlerFunc {
	return func(c *gin.Context) {
		refused := true
		next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			refused = false
			c.Request, c.Writer = r, ginWriter{c.Writer, w}
			c.Next()
		})
		sessions.Middleware(next).ServeHTTP(c.Writer, c.Request)
		if refused {
			c.Abort() // the answer is there, and gin would go on
		}
	}
}

// A ginWriter is gin's writer on top of the session middleware's. What sends
// something goes through the latter. The embedded one, below that, keeps the
// status until then, and what was sent, as gin's middleware expects.
type ginWriter struct {
	gin.ResponseWriter
	session http.ResponseWriter
}

func (w ginWriter) Header() http.Header { return w.session.Header() }

func (w ginWriter) Write(p []byte) (int, error) { return w.session.Write(p) }

func (w ginWriter) WriteString(s string) (int, error) { return io.WriteString(w.session, s) }

// WriteHeaderNow is how gin sends a header that has no body.
func (w ginWriter) WriteHeaderNow() {
	if !w.Written() {
		w.session.WriteHeader(w.Status())
		w.ResponseWriter.WriteHeaderNow()
	}
}

func (w ginWriter) Flush() { http.NewResponseController(w.session).Flush() }

func (w ginWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.session).Hijack()
}

// Unwrap is for [http.ResponseController].
func (w ginWriter) Unwrap() http.ResponseWriter { return w.session }
