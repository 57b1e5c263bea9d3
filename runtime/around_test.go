package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// Writers of frameworks, which tell whether the header was sent.
type (
	writtenWriter struct { // as gin's
		http.ResponseWriter
		written bool
	}
	committedWriter struct { // as echo's
		http.ResponseWriter
		Committed bool
	}
	behind struct{ http.ResponseWriter } // somebody's wrapper around them
)

func (w *writtenWriter) Written() bool { return w.written }
func (w *writtenWriter) WriteHeader(status int) {
	w.written = true
	w.ResponseWriter.WriteHeader(status)
}
func (w *writtenWriter) Write(p []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(p)
}
func (w *committedWriter) WriteHeader(status int) {
	w.Committed = true
	w.ResponseWriter.WriteHeader(status)
}
func (w *committedWriter) Write(p []byte) (int, error) {
	w.Committed = true
	return w.ResponseWriter.Write(p)
}
func (w behind) Unwrap() http.ResponseWriter { return w.ResponseWriter }

var frameworkWriters = map[string]func(http.ResponseWriter) (framework, below http.ResponseWriter){
	"one that has Written": func(w http.ResponseWriter) (_, _ http.ResponseWriter) {
		f := &writtenWriter{ResponseWriter: w}
		return f, f
	},
	"one that has Committed": func(w http.ResponseWriter) (_, _ http.ResponseWriter) {
		f := &committedWriter{ResponseWriter: w}
		return f, f
	},
	"one behind another": func(w http.ResponseWriter) (_, _ http.ResponseWriter) {
		f := &committedWriter{ResponseWriter: w}
		return f, behind{f}
	},
}

func TestResponseThatWentAroundTheWriterStoresNoNewSession(t *testing.T) {
	for writer, wrap := range frameworkWriters {
		for name, c := range map[string]struct {
			token bool
			do    func(s *Session, r *http.Request) error
			err   error
		}{
			"set":   {false, func(s *Session, _ *http.Request) error { s.SetToken("y"); return nil }, nil},
			"save":  {false, func(s *Session, r *http.Request) error { s.SetToken("y"); return s.Save(r.Context()) }, runtime.ErrHeadersSent},
			"login": {true, func(s *Session, r *http.Request) error { return s.Renew(r.Context()) }, runtime.ErrHeadersSent},
			"update": {false, func(s *Session, r *http.Request) error {
				return s.UpdateToken(r.Context(), func(v *string) error { *v = "y"; return nil })
			}, runtime.ErrHeadersSent},
		} {
			var log bytes.Buffer
			w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			cookie := ""
			if c.token {
				cookie = cookieLine(w.issue(SessionFields{Token: "x"}))
			}
			response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				framework, below := wrap(rw)
				w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					s := w.from(r)
					io.WriteString(framework, "hello")
					w.store.take()
					if err := c.do(s, r); !errors.Is(err, c.err) {
						t.Errorf("%s, %s: %v", writer, name, err)
					}
				})).ServeHTTP(below, r)
			}), cookie)
			if text := body(t, response); response.StatusCode != http.StatusOK || text != "hello" {
				t.Errorf("%s, %s: %s, %q", writer, name, response.Status, text)
			}
			if calls := w.store.take(); calls != nil {
				t.Errorf("%s, %s: store calls %q", writer, name, calls)
			}
			for _, want := range []string{"level=ERROR", "another writer", "method=GET", "path=/"} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("%s, %s: the log %q does not say %q", writer, name, &log, want)
				}
			}
			w.wantEvent(runtime.EventFailed, "")
		}
	}
}

// A living session needs no cookie, and a header that has not left can take
// one.
func TestResponseThatWentAroundTheWriterStoresALivingSession(t *testing.T) {
	for writer, wrap := range frameworkWriters {
		for _, sent := range []bool{false, true} {
			w := newWorld(t, nil)
			token := w.issue(SessionFields{Token: "x"})
			exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				framework, below := wrap(rw)
				w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					s := w.from(r)
					if sent {
						io.WriteString(framework, "hello")
					} else if err := s.Renew(r.Context()); err != nil {
						t.Error(err)
					} else {
						token = s.Cookie().Value
					}
					s.SetToken("y")
				})).ServeHTTP(below, r)
			}), cookieLine(token))
			if s := w.open(token); s.GetToken() != "y" {
				t.Errorf("%s, sent %v: stored %q", writer, sent, s.GetToken())
			}
		}
	}
}

// Some bytes go around the writer, some through it.
func TestResponseThatWentHalfAroundTheWriterIsReportedOnce(t *testing.T) {
	w := newWorld(t, nil)
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		framework := &writtenWriter{ResponseWriter: rw}
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetToken("x")
			io.WriteString(framework, "hello, ")
			io.WriteString(rw, "world")
		})).ServeHTTP(framework, r)
	}), "")
	if text := body(t, response); text != "hello, world" {
		t.Errorf("body %q", text)
	}
	if len(w.events) != 1 || !errors.Is(w.events[0].Err, runtime.ErrHeadersSent) {
		t.Errorf("events %v", w.events)
	}
}

// The answer has left: a commit that fails then must not add another to it.
func TestFailedCommitAddsNothingToAResponseThatWentAroundTheWriter(t *testing.T) {
	for writer, wrap := range frameworkWriters {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			framework, below := wrap(rw)
			w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				w.from(r).SetToken("y")
				io.WriteString(framework, "the page")
				w.store.fail = func(string, []string) error { return errors.New("down") }
			})).ServeHTTP(below, r)
		}), cookieLine(token))
		if text := body(t, response); text != "the page" {
			t.Errorf("%s: %q", writer, text)
		}
		w.wantEvent(runtime.EventFailed, "")
	}
}

// Frameworks take an informational response for the header.
func TestInformationalResponseIsNotTakenForTheHeader(t *testing.T) {
	for writer, wrap := range frameworkWriters {
		w := newWorld(t, nil)
		response := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			_, below := wrap(rw)
			w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				rw.WriteHeader(http.StatusEarlyHints)
				w.from(r).SetToken("x")
				io.WriteString(rw, "hello")
			})).ServeHTTP(below, r)
		}), "HTTP/1.1")
		if len(response.Cookies()) != 1 || len(w.events) != 1 || w.events[0].Kind != runtime.EventCreated {
			t.Errorf("%s: cookies %v, events %v", writer, response.Cookies(), w.events)
		}
	}
}

// A framework that begins anew with a request, as gin's HandleContext does, has
// only the writer below the middleware's.
func TestNestedMiddlewareGivesTheWriterBack(t *testing.T) {
	w := newWorld(t, nil)
	response := exchange(http.HandlerFunc(func(below http.ResponseWriter, r *http.Request) {
		w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				w.from(r).SetToken("x")
				io.WriteString(rw, "hello")
			})).ServeHTTP(below, r)
		})).ServeHTTP(below, r)
	}), "")
	sentCookie(t, response)
}

// A frameworkContext is like a *gin.Context: it does not hand on the values of
// its request's context.
type frameworkContext struct{ Request *http.Request }

func (*frameworkContext) Deadline() (time.Time, bool) { return time.Time{}, false }
func (*frameworkContext) Done() <-chan struct{}       { return nil }
func (*frameworkContext) Err() error                  { return nil }
func (*frameworkContext) Value(any) any               { return nil }

func TestFromFindsTheSessionBehindAFrameworksContext(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	token := w.issue(SessionFields{Token: "x"})
	w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		s, err := w.From(&frameworkContext{r})
		if err != nil || s.GetToken() != "x" {
			t.Fatalf("%v, %v", s, err)
		}
		if other, err := w.From(r.Context()); other != s || err != nil {
			t.Errorf("another session, %v", err)
		}
	})
	for _, ctx := range []context.Context{&frameworkContext{httptest.NewRequest("GET", "/tea", nil)}, &frameworkContext{}, (*frameworkContext)(nil)} {
		if _, err := w.From(ctx); !errors.Is(err, runtime.ErrNoMiddleware) {
			t.Errorf("%v", err)
		} else if c, _ := ctx.(*frameworkContext); c != nil && c.Request != nil && !strings.Contains(err.Error(), "*runtime_test.frameworkContext") {
			t.Errorf("%v does not say what is wrong", err)
		}
	}
	if !strings.Contains(log.String(), "path=/tea") {
		t.Errorf("log %q", &log)
	}
}
