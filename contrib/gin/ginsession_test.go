package ginsession_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
	"github.com/sessiongen/sessiongen/runtime"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	gin.DefaultWriter, gin.DefaultErrorWriter = io.Discard, io.Discard // panics are meant here
	os.Exit(m.Run())
}

// A memory is a store that can be down.
type memory struct {
	runtime.Store
	down atomic.Bool
}

func (m *memory) Add(ctx context.Context, items []runtime.Item) []error {
	if !m.down.Load() {
		return m.Store.Add(ctx, items)
	}
	failed := make([]error, len(items))
	for i := range failed {
		failed[i] = errors.New("the store is down")
	}
	return failed
}

func newSessions(t *testing.T) (*Sessions, *memory) {
	t.Helper()
	store := &memory{Store: runtime.NewMemory()}
	sessions, err := NewSessions(runtime.Config{Store: store, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return sessions, store
}

// visit counts a visit and returns the session.
func visit(t *testing.T, sessions *Sessions, ctx context.Context) *Session {
	t.Helper()
	session, err := sessions.From(ctx)
	if err != nil {
		t.Error(err)
		panic(http.ErrAbortHandler)
	}
	session.SetVisits(session.GetVisits() + 1)
	return session
}

// counter is a handler that shows the number of the visit.
func counter(t *testing.T, sessions *Sessions) gin.HandlerFunc {
	return func(c *gin.Context) { c.String(http.StatusOK, "visit %d", visit(t, sessions, c).GetVisits()) }
}

// A visitor has a browser that keeps cookies.
type visitor struct {
	t      *testing.T
	client *http.Client
	url    string
}

// serve starts a server with TLS, over HTTP/1.1 or HTTP/2, and returns a visitor.
func serve(t *testing.T, handler http.Handler, http2 bool) visitor {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	client.Jar = jar
	return visitor{t, client, server.URL}
}

// get wants a page of this status and body, with so many cookies.
func (v visitor) get(path string, status int, body string, cookies int) *http.Response {
	v.t.Helper()
	response, err := v.client.Get(v.url + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if response.StatusCode != status || string(got) != body {
		v.t.Errorf("%s: status %d and %q, not %d and %q", path, response.StatusCode, got, status, body)
	}
	if sent := response.Cookies(); len(sent) != cookies {
		v.t.Errorf("%s: %d cookies sent, not %d: %v", path, len(sent), cookies, sent)
	}
	return response
}

func TestAnswerWithoutABodyBringsTheCookie(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	engine.GET("/", func(c *gin.Context) {
		c.Status(http.StatusNoContent)
		visit(t, sessions, c) // behind Status, which sends nothing in gin
	})
	serve(t, engine, false).get("/", http.StatusNoContent, "", 1)
}

// Whichever way the answer is written, it goes through the session middleware.
func TestNothingOfAPageIsSentIfItsSessionIsNotStored(t *testing.T) {
	for name, write := range map[string]func(*gin.Context){
		"Write":          func(c *gin.Context) { c.Writer.Write([]byte("a page")) },
		"WriteString":    func(c *gin.Context) { c.Writer.WriteString("a page") },
		"WriteHeaderNow": func(c *gin.Context) { c.Writer.WriteHeaderNow() },
		"Flush":          func(c *gin.Context) { c.Writer.Flush() },
		"io.Copy":        func(c *gin.Context) { io.Copy(c.Writer, strings.NewReader("a page")) },
		"Abort":          func(c *gin.Context) { c.AbortWithStatusJSON(http.StatusOK, "a page") },
		"Stream": func(c *gin.Context) {
			c.Stream(func(w io.Writer) bool {
				io.WriteString(w, "a page")
				return false
			})
		},
		"nothing": func(*gin.Context) {},
	} {
		t.Run(name, func(t *testing.T) {
			sessions, store := newSessions(t)
			engine := gin.New()
			engine.Use(ginsession.Middleware(sessions))
			engine.GET("/", func(c *gin.Context) {
				visit(t, sessions, c)
				c.Header("ETag", `"a page"`)
				write(c)
			})
			store.down.Store(true)
			page := serve(t, engine, false).get("/", http.StatusServiceUnavailable, "Service Unavailable\n", 0)
			if tag := page.Header.Get("ETag"); tag != "" {
				t.Errorf("the page's ETag is %s", tag)
			}
		})
	}
}

func TestMiddlewareOutsideSeesWhatWasSent(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	type sent struct {
		status, size int
		written      bool
	}
	seen := make(chan sent, 1)
	engine.Use(func(c *gin.Context) {
		c.Next()
		seen <- sent{c.Writer.Status(), c.Writer.Size(), c.Writer.Written()}
	}, ginsession.Middleware(sessions))
	engine.GET("/", func(c *gin.Context) {
		visit(t, sessions, c)
		if c.Writer.Written() {
			t.Error("written before anything was sent")
		}
		c.String(http.StatusTeapot, "a page")
	})
	serve(t, engine, false).get("/", http.StatusTeapot, "a page", 1)
	if got, want := <-seen, (sent{http.StatusTeapot, len("a page"), true}); got != want {
		t.Errorf("the middleware has seen %+v, not %+v", got, want)
	}
}

// Unless told otherwise gin goes on behind the answer of the session middleware,
// and runs the handlers without a session.
func TestGinStopsWhereTheSessionMiddlewareRefuses(t *testing.T) {
	first, _ := newSessions(t)
	second, _ := newSessions(t) // of the same cookie
	engine := gin.New()
	engine.Use(ginsession.Middleware(first), ginsession.Middleware(second))
	reached := false
	engine.GET("/", func(*gin.Context) { reached = true })
	serve(t, engine, false).get("/", http.StatusInternalServerError, "Internal Server Error\n", 0)
	if reached {
		t.Error("the handler was reached")
	}
}

func TestTheSameSessionsTwiceCountOnce(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	engine.Group("/", ginsession.Middleware(sessions)).GET("/", counter(t, sessions))
	v := serve(t, engine, false)
	v.get("/", http.StatusOK, "visit 1", 1)
	v.get("/", http.StatusOK, "visit 2", 0)
}

func TestHandlersForNoRouteAndNoMethodHaveTheSession(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.Use(ginsession.Middleware(sessions))
	engine.POST("/form", func(*gin.Context) {})
	engine.NoRoute(counter(t, sessions))
	engine.NoMethod(counter(t, sessions))
	v := serve(t, engine, false)
	v.get("/nowhere", http.StatusOK, "visit 1", 1)
	v.get("/form", http.StatusOK, "visit 2", 0)
}

// Gin's own page for what is not found comes when the middleware is over.
func TestWhatMiddlewareHasSetIsStoredWithGinsOwnPage(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions), func(c *gin.Context) { visit(t, sessions, c) })
	engine.GET("/", counter(t, sessions))
	v := serve(t, engine, false)
	v.get("/nowhere", http.StatusNotFound, "404 page not found", 1)
	v.get("/", http.StatusOK, "visit 3", 0)
}

func TestNothingIsStoredOfAPanicOnlyUnderARecoveryOutside(t *testing.T) {
	for name, c := range map[string]struct {
		serve  func(*Sessions, gin.HandlerFunc) http.Handler
		stored bool
	}{
		"Default, then the sessions": {func(sessions *Sessions, page gin.HandlerFunc) http.Handler {
			engine := gin.Default()
			engine.Use(ginsession.Middleware(sessions))
			engine.GET("/", page)
			return engine
		}, false},
		"Recovery, then the sessions": {func(sessions *Sessions, page gin.HandlerFunc) http.Handler {
			engine := gin.New()
			engine.Use(gin.Recovery(), ginsession.Middleware(sessions))
			engine.GET("/", page)
			return engine
		}, false},
		"the sessions, then Recovery": {func(sessions *Sessions, page gin.HandlerFunc) http.Handler {
			engine := gin.New()
			engine.Use(ginsession.Middleware(sessions), gin.Recovery())
			engine.GET("/", page)
			return engine
		}, true},
		"the sessions around Default": {func(sessions *Sessions, page gin.HandlerFunc) http.Handler {
			engine := gin.Default()
			engine.GET("/", page)
			return sessions.Middleware(engine)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			sessions, _ := newSessions(t)
			cookies := 0
			if c.stored {
				cookies = 1
			}
			handler := c.serve(sessions, func(c *gin.Context) {
				visit(t, sessions, c)
				panic("a mistake")
			})
			serve(t, handler, false).get("/", http.StatusInternalServerError, "", cookies)
		})
	}
}

func TestStreamSendsEachPieceBehindTheCookie(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	pieces, gone := make(chan string, 1), make(chan bool, 1)
	engine.GET("/", func(c *gin.Context) {
		visit(t, sessions, c)
		if err := http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}); err != nil {
			t.Error(err)
		}
		gone <- c.Stream(func(w io.Writer) bool {
			piece, more := <-pieces
			io.WriteString(w, piece)
			return more
		})
	})
	v := serve(t, engine, false)
	pieces <- "one\n" // gin sends the header with it
	response, err := v.client.Get(v.url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if n := len(response.Cookies()); n != 1 {
		t.Errorf("%d cookies sent, not 1", n)
	}
	lines := bufio.NewReader(response.Body)
	for _, next := range []string{"two\n", ""} {
		if line, err := lines.ReadString('\n'); err != nil {
			t.Fatalf("%q, %v", line, err)
		}
		if next == "" {
			close(pieces)
		} else {
			pieces <- next
		}
	}
	if <-gone {
		t.Error("Stream says that the client has gone")
	}
}

// A client that goes ends a Stream, which asks CloseNotify.
func TestStreamEndsWhenTheClientGoes(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	gone := make(chan bool, 1)
	engine.GET("/", func(c *gin.Context) {
		visit(t, sessions, c)
		gone <- c.Stream(func(w io.Writer) bool {
			_, err := io.WriteString(w, "more\n")
			return err == nil
		})
	})
	v := serve(t, engine, false)
	response, err := v.client.Get(v.url)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	<-gone
}

func TestHijackedConnectionBringsTheCookie(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	engine.GET("/", func(c *gin.Context) {
		visit(t, sessions, c)
		conn, _, err := c.Writer.Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if !c.Writer.Written() {
			t.Error("gin may still write")
		}
		answer(conn, c.Writer.Header())
	})
	serve(t, engine, false).get("/", http.StatusAccepted, "", 1)
}

// answer writes a response of status 202 to a connection.
func answer(conn net.Conn, header http.Header) {
	fmt.Fprint(conn, "HTTP/1.1 202 Accepted\r\n")
	header.Set("Content-Length", "0")
	header.Write(conn)
	fmt.Fprint(conn, "\r\n")
}

func TestPusherIsThatOfTheServer(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		sessions, _ := newSessions(t)
		engine := gin.New()
		engine.Use(ginsession.Middleware(sessions))
		engine.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "%t", c.Writer.Pusher() != nil) })
		serve(t, engine, http2).get("/", http.StatusOK, fmt.Sprint(http2), 0)
	}
}

// Gin uses the context again: a copy, or that of the request, keeps its session.
func TestCopyOfTheContextKeepsItsSession(t *testing.T) {
	sessions, _ := newSessions(t)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	type kept struct {
		session *Session
		copy    *gin.Context
		request context.Context
	}
	all := make(chan kept, 2)
	engine.GET("/", func(c *gin.Context) {
		all <- kept{visit(t, sessions, c), c.Copy(), c.Request.Context()}
	})
	for range 2 {
		serve(t, engine, false).get("/", http.StatusOK, "", 1)
	}
	for range 2 {
		k := <-all
		for _, ctx := range []context.Context{k.copy, k.request} {
			if session, err := sessions.From(ctx); session != k.session || err != nil {
				t.Errorf("another session: %v", err)
			}
		}
	}
}

func TestRequestThatDoesNotAskForTheSessionIsLeftAlone(t *testing.T) {
	sessions, store := newSessions(t)
	store.down.Store(true)
	engine := gin.New()
	engine.Use(ginsession.Middleware(sessions))
	engine.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "a page") })
	page := serve(t, engine, false).get("/", http.StatusOK, "a page", 0)
	if vary := page.Header.Get("Vary"); vary != "" {
		t.Errorf("Vary is %q", vary)
	}
}
