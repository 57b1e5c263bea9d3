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
