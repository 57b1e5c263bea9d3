package runtime_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// failing is a commit that can't succeed: prepare makes it so, and sets what
// can't be stored.
type failing struct {
	name    string
	prepare func(w *world, s *Session, token string)
	err     error
	status  int
}

var failures = []failing{
	{"the store is down", func(w *world, s *Session, _ string) {
		w.store.fail = func(string, []string) error { return errors.New("down") }
		s.SetToken("y")
	}, runtime.ErrUnavailable, http.StatusServiceUnavailable},
	{"the session ended meanwhile", func(w *world, s *Session, token string) {
		if err := w.open(token).Destroy(context.Background()); err != nil {
			panic(err)
		}
		s.SetToken("y")
	}, runtime.ErrEnded, http.StatusConflict},
	{"the value is too large", func(_ *world, s *Session, _ string) {
		s.SetToken(strings.Repeat("y", 2<<20))
	}, runtime.ErrTooLarge, http.StatusInternalServerError},
}

func TestFailedCommitReplacesTheResponse(t *testing.T) {
	sends := map[string]func(t *testing.T, w http.ResponseWriter, want error){
		"Write": func(t *testing.T, w http.ResponseWriter, want error) {
			for range 2 {
				if n, err := w.Write([]byte("handler's body")); n != 0 || !errors.Is(err, want) {
					t.Errorf("Write: %d, %v", n, err)
				}
			}
		},
		"WriteString": func(t *testing.T, w http.ResponseWriter, want error) {
			if n, err := io.WriteString(w, "handler's body"); n != 0 || !errors.Is(err, want) {
				t.Errorf("WriteString: %d, %v", n, err)
			}
		},
		"ReadFrom": func(t *testing.T, w http.ResponseWriter, want error) {
			if n, err := io.Copy(w, strings.NewReader("handler's body")); n != 0 || !errors.Is(err, want) {
				t.Errorf("Copy: %d, %v", n, err)
			}
		},
		"WriteHeader": func(_ *testing.T, w http.ResponseWriter, _ error) {
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
		},
		"Flush": func(t *testing.T, w http.ResponseWriter, want error) {
			w.(http.Flusher).Flush()
			if err := http.NewResponseController(w).Flush(); !errors.Is(err, want) {
				t.Errorf("Flush: %v", err)
			}
		},
		"Hijack": func(t *testing.T, w http.ResponseWriter, want error) {
			if conn, _, err := w.(http.Hijacker).Hijack(); conn != nil || !errors.Is(err, want) {
				t.Errorf("Hijack: %v", err)
			}
		},
		"nothing": func(*testing.T, http.ResponseWriter, error) {},
	}
	for _, f := range failures {
		for name, send := range sends {
			t.Run(f.name+" at "+name, func(t *testing.T) {
				w := newWorld(t, nil)
				token := w.issue(SessionFields{Token: "x"})
				handler := w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					s := w.from(r)
					rw.Header().Set("X-Handler", "1")
					rw.Header().Set("X-Outer", "changed")
					rw.Header().Set("Content-Length", "14")
					rw.Header().Set("Trailer", "X-Trailer")
					http.SetCookie(rw, &http.Cookie{Name: "theme", Value: "dark"})
					f.prepare(w, s, token)
					send(t, rw, f.err)
					rw.Header().Set("X-Trailer", "1")
					rw.Header().Set("X-Late", "1")
				}))
				response := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					r.Header.Set("Cookie", cookieLine(token))
					rw.Header().Set("X-Outer", "1")
					handler.ServeHTTP(rw, r)
				}), "HTTP/1.1")
				if response.StatusCode != f.status {
					t.Errorf("status %s, want %d", response.Status, f.status)
				}
				if text := body(t, response); text != http.StatusText(f.status)+"\n" {
					t.Errorf("body %q", text)
				}
				for _, name := range []string{"X-Handler", "X-Late", "Set-Cookie"} {
					if lines, ok := response.Header[name]; ok {
						t.Errorf("%s: %q", name, lines)
					}
				}
				if response.Trailer != nil {
					t.Errorf("trailer %v", response.Trailer)
				}
				for name, want := range map[string]string{"X-Outer": "1", "Cache-Control": "no-store", "Vary": "Cookie"} {
					if got := response.Header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
			})
		}
	}
}

func TestErrorHandlerGetsTheErrorAndTheRequest(t *testing.T) {
	w := newWorld(t, nil)
	var got error
	w = newWorld(t, func(c *runtime.Config) {
		c.ErrorHandler = func(rw http.ResponseWriter, r *http.Request, err error) {
			got = err
			if s, err := w.From(r.Context()); err != nil || s.GetToken() == "" {
				t.Errorf("From in the handler: %v", err)
			}
			http.Error(rw, "sorry", http.StatusTeapot)
		}
		c.MaxValueSize = 100
	})
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken(strings.Repeat("x", 100)) })
	var field *runtime.FieldError
	if !errors.Is(got, runtime.ErrTooLarge) || !errors.As(got, &field) || field.Field != "Token" {
		t.Errorf("error %v", got)
	}
	if response.StatusCode != http.StatusTeapot || body(t, response) != "sorry\n" {
		t.Errorf("response %s", response.Status)
	}
	if response.Header.Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep the failure")
	}
}

func TestDestroyAfterAFailedCommitLeavesTheErrorHandlersHeader(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) {
		c.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.Header().Set("X-Failed", "1") }
	})
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("y")
		w.store.fail = func(string, []string) error { return errors.New("down") }
		io.WriteString(rw, "hello")
		w.store.fail = nil
		if err := s.Destroy(r.Context()); err != nil {
			t.Error(err)
		}
	})
	wantNoCookie(t, response)
	if response.Header.Get("X-Failed") != "1" {
		t.Errorf("header %v", response.Header)
	}
}

func TestTrailerOfTheHandlerDoesNotFollowAFailure(t *testing.T) {
	w := newWorld(t, func(c *runtime.Config) {
		c.MaxValueSize = 100
		c.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.(http.Flusher).Flush() }
	})
	response := serve(t, w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.from(r).SetToken(strings.Repeat("x", 100))
		io.WriteString(rw, "hello")
		rw.Header().Set(http.TrailerPrefix+"X-Sum", "5")
	})), "HTTP/1.1")
	if text := body(t, response); text != "" || len(response.Trailer) != 0 {
		t.Errorf("body %q, trailer %v", text, response.Trailer)
	}
}

func TestRenewedCookieSurvivesAFailedCommit(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		s.SetToken(strings.Repeat("y", 2<<20))
	})
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %s", response.Status)
	}
	if s := w.open(sentCookie(t, response).Value); s.GetToken() != "x" {
		t.Error("the visitor lost the session, although only one set failed")
	}
}

func TestRenewedCookieIsNotSentWhenTheSessionEndedAfterwards(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		if err := s.Renew(r.Context()); err != nil {
			t.Error(err)
		}
		if err := w.open(s.Cookie().Value).Renew(r.Context()); err != nil {
			t.Error(err)
		}
		s.SetToken("y")
	})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("status %s", response.Status)
	}
	wantNoCookie(t, response)
}

func TestLostSessionFoundAtCommitLosesItsCookieToo(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Cart: []string{"tea"}})
	w.erase(token, "cart")
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetVisits(1)
		if _, err := s.GetCart(r.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("GetCart: %v", err)
		}
	})
	if response.StatusCode != http.StatusConflict {
		t.Errorf("status %s", response.Status)
	}
	if c := sentCookie(t, response); c.MaxAge >= 0 {
		t.Errorf("sent %v: every later request would fail alike", c)
	}
}
