package handover_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/examples/migrations/after"
	"github.com/sessiongen/sessiongen/runtime"
)

// setCookies returns the values that a header gives the new cookie.
func setCookies(header http.Header) (values []string) {
	for _, line := range header["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == newName {
			values = append(values, c.Value)
		}
	}
	return values
}

// While the handler of the request that moves the session is at work, another one
// with the same old cookie logs in or out, and is answered first.
func TestSlowMoverDoesNotTakeALoginOrLogoutAway(t *testing.T) {
	for _, path := range []string{"/login", "/logout"} {
		for _, reads := range []bool{true, false} {
			w := newWorld(t)
			var meanwhile *http.Response
			slow := w.handover.Middleware(w.sessions.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if reads {
					if s, err := w.sessions.From(r.Context()); err != nil || s.GetUser() != "Ada" {
						t.Errorf("user %q, %v", s.GetUser(), err)
					}
				}
				meanwhile = w.send(w.app, "POST", path, "old", "ada's")
				io.WriteString(rw, "slow page")
			})))
			response := w.send(slow, "GET", "/", "old", "ada's")
			if got := setCookies(response.Header); response.StatusCode != http.StatusOK || len(got) != 0 {
				t.Errorf("%s, reads %v: status %d, cookies %q", path, reads, response.StatusCode, got)
			}
			given := setCookies(meanwhile.Header)
			if meanwhile.StatusCode != http.StatusSeeOther || len(given) != 1 || (given[0] == "") != (path == "/logout") {
				t.Errorf("%s, reads %v: status %d, cookies %q", path, reads, meanwhile.StatusCode, given)
			}
			if path == "/login" {
				w.greeted(w.get(newName, given[0]), "Hello , visit number 1. You are logged in.") // the form had no name
			}
		}
	}
}

func TestLoginThatMovesTheSessionGivesOneCookie(t *testing.T) {
	w := newWorld(t)
	response := w.send(w.app, "POST", "/login", "old", "ada's")
	got := setCookies(response.Header)
	if len(got) != 1 {
		t.Fatalf("cookies %q", got)
	}
	w.greeted(w.get(newName, got[0]), "Hello , visit number 1. You are logged in.")
}

func TestLogoutThatMovesTheSessionRemovesTheCookie(t *testing.T) {
	w := newWorld(t)
	response := w.send(w.app, "POST", "/logout", "old", "ada's")
	if got := setCookies(response.Header); len(got) != 1 || got[0] != "" {
		t.Errorf("cookies %q", got)
	}
}

// However a handler answers, on a real server, its answer has the moved cookie and
// is not for caches.
func TestEachAnswerHasTheMovedCookie(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"nothing":     func(http.ResponseWriter, *http.Request) {},
		"write":       func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "page") },
		"status":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"flush":       func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() },
		"flush error": func(w http.ResponseWriter, _ *http.Request) { http.NewResponseController(w).Flush() },
		"copy": func(w http.ResponseWriter, _ *http.Request) {
			io.Copy(w, io.LimitReader(strings.NewReader("page"), 4))
		},
		"for caches": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "public")
			io.WriteString(w, "page")
		},
		"hints": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			if len(setCookies(w.Header())) != 0 {
				t.Error("the hints come with the cookie")
			}
			w.WriteHeader(http.StatusOK)
		},
		"hijack": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n")
			w.Header().Write(conn)
			io.WriteString(conn, "\r\n")
		},
		"panic": func(http.ResponseWriter, *http.Request) { panic("of the handler") },
	} {
		for _, around := range []bool{false, true} {
			w := newWorld(t)
			var next http.Handler = answer
			if around {
				next = w.sessions.Middleware(next)
			}
			app := w.handover.Middleware(next)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() {
					if recover() != nil {
						w.WriteHeader(http.StatusInternalServerError)
					}
				}()
				app.ServeHTTP(w, r)
			}))
			r, err := http.NewRequest("GET", server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: "old", Value: "ada's"})
			response, err := server.Client().Do(r)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			response.Body.Close()
			server.Close()
			got := setCookies(response.Header)
			if len(got) != 1 || response.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s, around the middleware %v: header %v", name, around, response.Header)
				continue
			}
			w.greeted(w.get(newName, got[0]), "Hello Ada, visit number 1.")
		}
	}
}

// The old cookie is being removed: without the new one, the session would be lost.
func TestCookieIsSentIfTheStoreCantTellWhetherItsSessionLives(t *testing.T) {
	w := newWorld(t)
	store := &downStore{Store: runtime.NewMemory()}
	sessions, err := after.NewSessions(runtime.Config{Store: store, Keys: [][]byte{make([]byte, 32)}})
	if err != nil {
		t.Fatal(err)
	}
	w.handover.Sessions = sessions
	response := w.send(w.handover.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		store.down = true
	})), "GET", "/", "old", "ada's")
	got := setCookies(response.Header)
	if len(got) != 1 {
		t.Fatalf("cookies %q", got)
	}
	store.down = false
	if s, err := sessions.Open(t.Context(), got[0]); err != nil || s.GetUser() != "Ada" {
		t.Errorf("user %q, %v", s.GetUser(), err)
	}
}

// A downStore reads nothing while it is down.
type downStore struct {
	runtime.Store
	down bool
}

func (s *downStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if s.down {
		return nil, errors.Join(runtime.ErrUnavailable, ctx.Err())
	}
	return s.Store.Get(ctx, keys)
}
