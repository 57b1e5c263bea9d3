package main

import (
	"crypto/tls"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v5"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestMain(m *testing.M) {
	if os.Getenv(asMain) != "" {
		main()
	}
	gin.SetMode(gin.ReleaseMode)
	gin.DefaultWriter, gin.DefaultErrorWriter = io.Discard, io.Discard
	slog.SetDefault(slog.New(slog.DiscardHandler)) // panics are meant here
	os.Exit(m.Run())
}

// A world is a site, a server of it, and what the test sees of both.
type world struct {
	t         *testing.T
	site      *site
	store     *testStore
	log       *logbook
	news      chan string
	url       string
	transport http.RoundTripper
	text      func(page string) string
	close     func() // ends the server when every request has ended
}

// newWorld returns a world whose server is not started yet.
func newWorld(t *testing.T, change func(*runtime.Config)) *world {
	t.Helper()
	w := &world{t: t, store: &testStore{Store: runtime.NewMemory()}, log: &logbook{}, news: make(chan string, 1)}
	config := runtime.Config{Store: w.store, Logger: slog.New(w.log)}
	if change != nil {
		change(&config)
	}
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	w.site = &site{
		sessions: sessions,
		greet:    func(user string) string { return "Welcome, " + user + "." },
		story:    func(s *Session) io.Reader { return &storyteller{session: s, rest: strings.NewReader(aStory)} },
		news:     w.news,
	}
	return w
}

// serve starts a server with TLS, over HTTP/1.1 or HTTP/2.
func (w *world) serve(handler http.Handler, http2 bool) {
	if e, ok := handler.(*echo.Echo); ok {
		e.Logger = slog.New(slog.DiscardHandler)
	}
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	w.url, w.transport, w.close = server.URL, server.Client().Transport, server.Close
	w.t.Cleanup(server.Close)
}

// serveFiber starts fiber's own server with TLS. The certificate, and a client
// that trusts it, are httptest's.
func (w *world) serveFiber(app *fiber.App) {
	borrowed := httptest.NewTLSServer(nil)
	client := borrowed.Client()
	w.t.Cleanup(borrowed.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	certificates := &tls.Config{Certificates: borrowed.TLS.Certificates}
	ended := make(chan error, 1)
	go func() {
		ended <- app.Listener(tls.NewListener(listener, certificates), fiber.ListenConfig{DisableStartupMessage: true})
	}()
	w.url, w.transport = "https://"+listener.Addr().String(), client.Transport
	w.t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := app.Shutdown(); err != nil {
			w.t.Error(err)
		}
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
}

// browser returns the browser of a visitor who was never here.
func (w *world) browser() *browser {
	w.t.Helper()
	b := newBrowser(w.t, w.url, w.transport, w.site.sessions.CookieName())
	b.text = w.text
	return b
}

// logOut ends the session that a cookie opens, or has opened a moment ago.
func (w *world) logOut(token string) {
	session, err := w.site.sessions.Open(w.t.Context(), token)
	if err == nil {
		err = session.Destroy(w.t.Context())
	}
	if err != nil {
		w.t.Error(err)
	}
}
