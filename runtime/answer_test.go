package runtime_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// What the handler has done before it asks for the answer is as if it had not been.
func TestErrorAnswersAsAFailedCommitDoes(t *testing.T) {
	for err, status := range map[error]int{
		fmt.Errorf("no: %w", runtime.ErrUnavailable): http.StatusServiceUnavailable,
		runtime.ErrEnded:    http.StatusConflict,
		runtime.ErrTooLarge: http.StatusInternalServerError,
	} {
		var log bytes.Buffer
		w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		token := w.issue(SessionFields{Token: "x"})
		response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			s.SetToken("y")
			rw.Header().Set("Content-Encoding", "br")
			rw.Header().Set("ETag", "z")
			w.Error(rw, r, err)
			w.Error(rw, r, err)
			if _, err := io.WriteString(rw, "more"); err == nil {
				t.Error("what is written afterwards is sent")
			}
		})
		body := body(t, response)
		if h := response.Header; response.StatusCode != status || h.Get("Content-Encoding") != "" || h.Get("ETag") != "" || h.Get("Cache-Control") != "no-store" || strings.Contains(body, "more") {
			t.Errorf("%v: status %d, %v, %q", err, response.StatusCode, h, body)
		}
		if got := w.open(token).GetToken(); got != "x" {
			t.Errorf("%v: %q is stored", err, got)
		}
		if n := strings.Count(log.String(), "session error"); n > 1 || n == 0 && status != http.StatusConflict {
			t.Errorf("%v: %d lines\n%s", err, n, &log)
		}
	}
}

// As when From was called with another request's context.
func TestErrorOutsideOfTheMiddlewareCallsTheErrorHandler(t *testing.T) {
	w := newWorld(t, nil)
	response := httptest.NewRecorder()
	w.Error(response, httptest.NewRequest("GET", "/", nil), runtime.ErrNoMiddleware)
	if response.Code != http.StatusInternalServerError {
		t.Error(response.Code)
	}
}

func TestErrorInAnOutageKeepsTheCookie(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	token := w.issue(SessionFields{Token: "x"})
	w.store.fail = func(string, []string) error { return runtime.ErrUnavailable }
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.From(r.Context()); err != nil {
			w.Error(rw, r, err)
		}
	})
	wantNoCookie(t, response)
	if n := strings.Count(log.String(), "session error"); response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Vary") != "Cookie" || n != 1 {
		t.Errorf("status %d, %v, %d lines", response.StatusCode, response.Header, n)
	}
}

// The header has left, or another writer has sent it: nothing may be added to that.
func TestErrorBehindTheFirstByteIsLoggedAlone(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
		io.WriteString(rw, "a page")
		w.Error(rw, r, runtime.ErrUnavailable)
	})
	if text := body(t, response); text != "a page" || response.StatusCode != http.StatusOK || !strings.Contains(log.String(), "behind the header") {
		t.Errorf("status %d, %q, %s", response.StatusCode, text, &log)
	}
}

func TestErrorAfterTheHandlerCallsTheErrorHandler(t *testing.T) {
	w := newWorld(t, nil)
	recorder := httptest.NewRecorder()
	var inside *http.Request
	w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inside = r })).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if w.Error(recorder, inside, runtime.ErrEnded); recorder.Code != http.StatusConflict {
		t.Error(recorder.Code)
	}
}

// The ErrorHandler sees what middleware within has done to the request.
func TestErrorHandsOnTheRequestThatItIsGiven(t *testing.T) {
	var path string
	w := newWorld(t, func(c *runtime.Config) {
		c.ErrorHandler = func(_ http.ResponseWriter, r *http.Request, _ error) { path = r.URL.Path }
	})
	w.Middleware(http.StripPrefix("/api", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.Error(rw, r, runtime.ErrEnded)
	}))).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/x", nil))
	if path != "/x" {
		t.Errorf("the ErrorHandler is for %q", path)
	}
}

// What sessions of another manager have set is stored, as it is if a commit fails.
func TestErrorOfOneOfTwoManagersLeavesTheOther(t *testing.T) {
	for _, outerFails := range []bool{true, false} {
		var log bytes.Buffer
		logged := func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
		outer := newWorld(t, func(c *runtime.Config) { logged(c); c.CookieName = "__Host-outer" })
		inner := newWorld(t, func(c *runtime.Config) { logged(c); c.CookieName = "__Host-inner" })
		failing, other := outer, inner
		if !outerFails {
			failing, other = inner, outer
		}
		response := exchange(outer.Middleware(inner.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			outer.from(r).SetToken("o")
			inner.from(r).SetToken("i")
			failing.Error(rw, r, runtime.ErrEnded)
		}))), "")
		cookies := response.Cookies()
		if response.StatusCode != http.StatusConflict || len(cookies) != 1 || cookies[0].Name != other.CookieName() || log.Len() > 0 {
			t.Errorf("outer fails %t: status %d, %v\n%s", outerFails, response.StatusCode, cookies, &log)
			continue
		}
		if s := other.open(cookies[0].Value); !s.HasToken() {
			t.Errorf("outer fails %t: what the other one has set is not stored", outerFails)
		}
	}
}
