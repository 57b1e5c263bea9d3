package runtime_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// answering is a recovery outside of the middleware that answers through the
// writer from inside, as frameworks do whose context holds the writer.
func answering(next http.Handler, inner *http.ResponseWriter, answer func(http.ResponseWriter)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				answer(*inner)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// answers are the ways in which a response begins.
var answers = map[string]func(http.ResponseWriter){
	"WriteHeader": func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
	"Write":       func(w http.ResponseWriter) { w.Write([]byte("sorry")) },
	"WriteString": func(w http.ResponseWriter) { io.WriteString(w, "sorry") },
	"ReadFrom":    func(w http.ResponseWriter) { io.Copy(w, io.LimitReader(zeros{}, 3)) },
	"Flush":       func(w http.ResponseWriter) { http.NewResponseController(w).Flush() },
	"Hijack": func(w http.ResponseWriter) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			io.WriteString(conn, "HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n")
			conn.Close()
		}
	},
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAnswerToAPanicThroughTheInnerWriterStoresNothing(t *testing.T) {
	for name, answer := range answers {
		for _, visitor := range []string{"new", "known"} {
			w := newWorld(t, nil)
			cookie, calls := "", 0
			if visitor == "known" {
				cookie, calls = cookieLine(w.issue(SessionFields{Token: "x"})), 1
			}
			var inner http.ResponseWriter
			server := httptest.NewServer(answering(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				inner = rw
				s := w.from(r)
				s.SetToken("y")
				s.SetVisits(1)
				panic("oops")
			})), &inner, answer))
			request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			if cookie != "" {
				request.Header.Set("Cookie", cookie)
			}
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			response.Body.Close()
			server.Close()
			wantNoCookie(t, response)
			if got := w.store.take(); len(got) != calls {
				t.Errorf("%s to a %s visitor: store calls %q", name, visitor, got)
			}
			if len(w.events) > 0 {
				t.Errorf("%s to a %s visitor: events %v, but a panic is no news of ours", name, visitor, w.events)
			}
		}
	}
}

// A framework's error handler may write through the inner writer when the
// middleware has returned. What the handler set was stored then.
func TestAnswerAfterTheHandlerReturnedPassesThrough(t *testing.T) {
	w := newWorld(t, nil)
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var inner http.ResponseWriter
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner = rw
			w.from(r).SetToken("x")
		})).ServeHTTP(rw, r)
		inner.Header().Set("X-Framework", "1")
		inner.WriteHeader(http.StatusTeapot)
		io.WriteString(inner, "sorry")
	}), "")
	if text := body(t, response); response.StatusCode != http.StatusTeapot || text != "sorry" || response.Header.Get("X-Framework") != "1" {
		t.Errorf("%s, %q, %v", response.Status, text, response.Header)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("what the handler set is not stored")
	}
}

// What the handler had stored by itself stays stored, and its cookie goes with
// the answer, whatever the answer says of caches.
func TestAnswerToAPanicAfterRenewBearsTheCookieAndIsKeptFromCaches(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	var inner http.ResponseWriter
	response := exchange(answering(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		inner = rw
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		s.SetToken("y")
		panic("oops")
	})), &inner, func(rw http.ResponseWriter) {
		rw.Header().Set("Cache-Control", "public")
		rw.WriteHeader(http.StatusInternalServerError)
	}), cookieLine(token))
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Errorf("stored %q", s.GetToken())
	}
	if got := response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
}

func TestFailedCommitLetsNothingPassAfterTheHandlerEither(t *testing.T) {
	w := newWorld(t, nil)
	w.store.fail = func(string, []string) error { return errors.New("down") }
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var inner http.ResponseWriter
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner = rw
			w.from(r).SetToken("x")
		})).ServeHTTP(rw, r)
		if _, err := io.WriteString(inner, "hello"); err == nil {
			t.Error("a second answer passed")
		}
	}), "")
	if text := body(t, response); text != "Service Unavailable\n" {
		t.Errorf("body %q", text)
	}
}

// net/http panics at an invalid status. Then nothing may be stored.
func TestInvalidStatusStoresNothing(t *testing.T) {
	for _, status := range []int{-1, 0, 99, 1000, 1 << 20} {
		w := newWorld(t, nil)
		outside(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
			rw.WriteHeader(status)
		})), httptest.NewRequest("GET", "/", nil))
		if calls := w.store.take(); calls != nil {
			t.Errorf("%d: store calls %q", status, calls)
		}
	}
}

// A framework's error page may be the first to ask for the session. Caches must
// know that the page holds a session. What the page sets is stored only if the
// page itself stores it.
func TestAnswerOutsideThatReadsTheSessionIsKeptFromCaches(t *testing.T) {
	for _, sets := range []bool{false, true} {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			var inner http.ResponseWriter
			var ctx context.Context
			w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				inner, ctx = rw, r.Context() // the handler finds no page, and answers nothing
			})).ServeHTTP(rw, r)
			s, err := w.From(ctx)
			if err != nil || s.GetToken() != "x" {
				t.Errorf("%v, %v", s, err)
			}
			if sets {
				s.SetToken("y")
			}
			inner.WriteHeader(http.StatusNotFound)
		}), cookieLine(token))
		if h := response.Header; h.Get("Cache-Control") != "private" || h.Get("Vary") != "Cookie" {
			t.Errorf("header %v", h)
		}
		if len(w.events) > 0 != sets {
			t.Errorf("sets %v: events %v", sets, w.events)
		}
		if s := w.open(token); s.GetToken() != "x" {
			t.Errorf("stored %q", s.GetToken())
		}
	}
}

func TestAnswerOutsideMaySaveANewSession(t *testing.T) {
	w := newWorld(t, nil)
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var inner http.ResponseWriter
		var ctx context.Context
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner, ctx = rw, r.Context()
		})).ServeHTTP(rw, r)
		s, err := w.From(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s.SetToken("x")
		if err := s.Save(ctx); err != nil {
			t.Error(err)
		}
		inner.WriteHeader(http.StatusNotFound)
	}), "")
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("nothing is stored")
	}
}

// When the handler of a real server has returned, the header is on its way.
func TestSaveBehindAHandlerThatReturnedCreatesNoSession(t *testing.T) {
	w := newWorld(t, nil)
	saved := make(chan error)
	var ctx context.Context
	server := httptest.NewServer(w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		ctx = r.Context()
		go func() {
			<-ctx.Done()
			s.SetToken("x")
			saved <- s.Save(context.WithoutCancel(ctx))
		}()
	})))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if err := <-saved; !errors.Is(err, runtime.ErrHeadersSent) {
		t.Errorf("Save: %v", err)
	}
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
}
