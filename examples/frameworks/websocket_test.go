package main

import (
	"net/http"
	"testing"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	chimiddleware "github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/mux"
	gorilla "github.com/gorilla/websocket"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	ginsession "github.com/sessiongen/sessiongen/contrib/gin"
)

// A socketHost is the site with a WebSocket at /socket.
type socketHost func(s *site, socket http.HandlerFunc) http.Handler

var socketHosts = map[string]socketHost{
	"net/http": func(s *site, socket http.HandlerFunc) http.Handler {
		routes := netHTTPRoutes(s)
		routes.Handle("GET /socket", socket)
		return recovered(s.sessions.Middleware(routes))
	},
	"chi": func(s *site, socket http.HandlerFunc) http.Handler {
		router := chi.NewRouter()
		router.Use(chimiddleware.Recoverer, s.sessions.Middleware)
		chiRoutes(router, s)
		router.Get("/socket", socket)
		return router
	},
	"mux": func(s *site, socket http.HandlerFunc) http.Handler {
		router := mux.NewRouter()
		router.Use(recovered, s.sessions.Middleware)
		gorillaRoutes(router, s)
		router.HandleFunc("/socket", socket)
		return router
	},
	"gin": func(s *site, socket http.HandlerFunc) http.Handler {
		engine := gin.New()
		engine.Use(gin.Recovery(), ginsession.Middleware(s.sessions))
		ginRoutes(engine, s)
		engine.GET("/socket", gin.WrapF(socket))
		return engine
	},
	"gin, all inside": func(s *site, socket http.HandlerFunc) http.Handler {
		engine := gin.New()
		ginRoutes(engine, s)
		engine.GET("/socket", gin.WrapF(socket))
		return s.sessions.Middleware(engine)
	},
	"echo": func(s *site, socket http.HandlerFunc) http.Handler {
		e := echo.New()
		e.Use(middleware.Recover(), echo.WrapMiddleware(s.sessions.Middleware))
		echoRoutes(e, s)
		e.GET("/socket", echo.WrapHandler(socket))
		return e
	},
}

// onEachSocket runs a test with each WebSocket on each of the sites.
func onEachSocket(t *testing.T, test func(*testing.T, *world)) {
	for name, handler := range socketHosts {
		t.Run(name+", coder", func(t *testing.T) {
			w := newWorld(t, nil)
			w.serve(handler(w.site, w.site.page(w.site.serveCoderSocket)), false)
			test(t, w)
		})
		t.Run(name+", gorilla", func(t *testing.T) {
			w := newWorld(t, nil)
			w.serve(handler(w.site, w.site.page(w.site.serveGorillaSocket)), false)
			test(t, w)
		})
	}
}

// dial opens the WebSocket. The response is nil if there was none.
func dial(t *testing.T, b *browser) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	conn, resp, err := websocket.Dial(t.Context(), b.base.String()+"/socket", &websocket.DialOptions{HTTPClient: b.client})
	if err == nil {
		t.Cleanup(func() { conn.CloseNow() })
	}
	return conn, resp, err
}

// mustDial opens the WebSocket, with whose status 101 so many cookies must come.
func mustDial(t *testing.T, b *browser, cookies int) *websocket.Conn {
	t.Helper()
	conn, resp, err := dial(t, b)
	if err != nil {
		t.Fatal(err)
	}
	if sent := b.sent(resp); len(sent) != cookies {
		t.Errorf("%d cookies came with status %d, not %d", len(sent), resp.StatusCode, cookies)
	}
	return conn
}

func TestWebSocketSendsTheCookieWithTheUpgrade(t *testing.T) {
	onEachSocket(t, func(t *testing.T, w *world) {
		b := w.browser()
		mustDial(t, b, 1)
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
	})
}

func TestSaveStoresWhileTheWebSocketIsOpen(t *testing.T) {
	onEachSocket(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/")
		conn := mustDial(t, b, 0)
		for _, want := range []string{"3", "4"} {
			if err := conn.Write(t.Context(), websocket.MessageText, []byte("hello")); err != nil {
				t.Fatal(err)
			}
			if _, got, err := conn.Read(t.Context()); string(got) != want || err != nil {
				t.Fatalf("the answer is %q, %v, not %q", got, err, want)
			}
		}
		b.get("/").want(t, http.StatusOK, "Visit 5 of a stranger.\n", 0)
	})
}

func TestWebSocketIsRefusedIfTheSessionCannotBeStored(t *testing.T) {
	onEachSocket(t, func(t *testing.T, w *world) {
		w.store.down.Store(true)
		_, resp, err := dial(t, w.browser())
		if err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("response %v, error %v", resp, err)
		}
	})
}

// Gorilla sends the header that it is given and no other, so that a call without
// one stores a session whose cookie nobody gets. It can't be noticed: the
// connection is gorilla's by then.
func TestGorillaUpgradeWithoutTheHeaderSendsNoCookie(t *testing.T) {
	w := newWorld(t, nil)
	socket := func(rw http.ResponseWriter, r *http.Request, session *Session) error {
		session.SetVisits(session.GetVisits() + 1)
		var upgrader gorilla.Upgrader
		conn, err := upgrader.Upgrade(rw, r, nil)
		if err != nil {
			return nil
		}
		conn.Close()
		return nil
	}
	w.serve(socketHosts["net/http"](w.site, w.site.page(socket)), false)
	b := w.browser()
	mustDial(t, b, 0)
	if w.store.writes.Load() == 0 {
		t.Error("nothing is stored")
	}
	b.get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
	mustDial(t, b, 0) // with the session's cookie
	b.get("/").want(t, http.StatusOK, "Visit 3 of a stranger.\n", 0)
}
