// Package ginsession gives the handlers of gin the sessions that sessiongen
// generates.
//
//	engine := gin.New()
//	engine.Use(gin.Recovery(), ginsession.Middleware(sessions))
//	engine.GET("/", func(c *gin.Context) {
//		session, err := sessions.From(c)
//		if err != nil { // the store is down
//			sessions.Error(c.Writer, c.Request, err)
//			c.Abort()
//			return
//		}
//		session.SetVisits(session.GetVisits() + 1)
//		c.String(http.StatusOK, "Visit number %d\n", session.GetVisits())
//	})
//
// The order counts: what recovers from panics, compresses or sets a time-out
// comes before the sessions, so that it is outside of them. [gin.Default] has its
// recovery, too, before what Use adds, so the sessions are right behind it. But
// an engine of gin.Default inside of the sessions' own Middleware recovers within
// it: the answer to a panic is one like any other there, and what the handler
// had set before the panic is stored.
package ginsession

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Sessions is what sessiongen generates, such as *Sessions.
type Sessions interface {
	// Middleware gives the requests of next a session, and commits it before
	// the first byte of the response.
	Middleware(next http.Handler) http.Handler
}

// Middleware makes a middleware of gin's of the sessions' own: it gives the
// handlers behind it a session, which From finds by the *gin.Context or by the
// context of its Request, and commits it before the first byte of the response. A
// handler that does not call From costs no call to the store. If the session can't
// be stored, runtime.Config.ErrorHandler answers, and nothing of the handler's
// response is sent. If a handler panics, nothing is stored.
//
// Handlers for no route and no method have the session, too, if Middleware is
// among the engine's Use, and not in a group's.
//
// A goroutine that outlives its handler must have c.Copy() or the context of the
// Request: gin uses c again for the request of another visitor.
func Middleware(sessions Sessions) gin.HandlerFunc {
	return func(c *gin.Context) {
		refused := true
		next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			refused = false
			c.Request, c.Writer = r, writer{c.Writer, w}
			c.Next()
		})
		sessions.Middleware(next).ServeHTTP(c.Writer, c.Request)
		if refused {
			c.Abort() // the answer is there, and gin would go on
		}
	}
}

// A writer is gin's writer on top of the session middleware's. What sends
// something goes through the latter. The embedded one, below that, keeps the
// status until then, and what was sent, as gin's middleware expects.
//
// The context has it also when the handler is over: what answers then, such as a
// recovery outside, goes through the session middleware, which completes the
// header.
type writer struct {
	gin.ResponseWriter
	session http.ResponseWriter
}

func (w writer) Header() http.Header { return w.session.Header() }

func (w writer) Write(p []byte) (int, error) { return w.session.Write(p) }

func (w writer) WriteString(s string) (int, error) { return io.WriteString(w.session, s) }

// WriteHeaderNow is how gin sends a header that has no body.
func (w writer) WriteHeaderNow() {
	if !w.Written() {
		w.session.WriteHeader(w.Status())
		w.ResponseWriter.WriteHeaderNow()
	}
}

func (w writer) Flush() { http.NewResponseController(w.session).Flush() }

func (w writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.session).Hijack()
}

// Unwrap is for [http.ResponseController].
func (w writer) Unwrap() http.ResponseWriter { return w.session }
