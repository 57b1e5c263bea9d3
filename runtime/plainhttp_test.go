package runtime_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// Browsers drop a Secure cookie that comes over plain http, and say so nowhere that a
// developer looks.
func TestSecureCookieOverPlainHTTPIsWarnedOfOnce(t *testing.T) {
	for _, c := range []struct {
		host   string
		header http.Header
		tls    bool
		warns  bool
	}{
		{host: "shop.example", warns: true},
		{host: "shop.example:8080", warns: true},
		{host: "192.168.1.7:8080", warns: true},
		{host: "[2001:db8::1]:8080", warns: true},
		{host: "localhost.example", warns: true},
		{host: "", warns: true},
		{host: "localhost"},
		{host: "LocalHost.:8080"},
		{host: "app.localhost:8080"},
		{host: "127.1.2.3:8080"},
		{host: "[::1]:8080"},
		{host: "shop.example", tls: true},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"HTTPS"}}},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"https, http"}}},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"wss"}}},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {" https"}}},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"http", "https"}}, warns: true},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"http"}}, warns: true},
		{host: "shop.example", header: http.Header{"X-Forwarded-Proto": {"http, https"}}, warns: true},
		{host: "shop.example", header: http.Header{"Forwarded": {`for=192.0.2.60; Proto="https";by=203.0.113.43`}}},
		{host: "shop.example", header: http.Header{"Forwarded": {"for=192.0.2.60;proto=http, proto=https"}}, warns: true},
		{host: "shop.example", header: http.Header{"Forwarded": {"for=https"}}, warns: true},
	} {
		var log bytes.Buffer
		w := newWorld(t, func(config *runtime.Config) { config.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		visit := func(do func(*Session, *http.Request) error) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Host, r.RemoteAddr = c.host, "198.51.100.9:1234"
			for name, values := range c.header {
				r.Header[name] = values
			}
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				s, err := w.From(r.Context())
				if err == nil {
					err = do(s, r)
				}
				if err != nil {
					t.Error(err)
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
		}
		visit(func(*Session, *http.Request) error { return nil }) // sends no cookie
		if log.Len() > 0 {
			t.Errorf("%+v: %s", c, &log)
		}
		for range 3 {
			visit(func(s *Session, _ *http.Request) error { s.SetToken("x"); return nil })
		}
		if n := strings.Count(log.String(), "X-Forwarded-Proto"); n > 1 || n == 1 != c.warns {
			t.Errorf("%+v: %d warnings\n%s", c, n, &log)
		}
	}
}

// Nobody's browser is there, or the cookie is one to drop.
func TestPlainHTTPIsNotWarnedOfWhereNoBrowserLosesACookie(t *testing.T) {
	for _, c := range []struct {
		addr    string
		destroy bool
		warns   bool
	}{
		{addr: "192.0.2.1:1234"}, {addr: ""}, {addr: "198.51.100.9:1", destroy: true}, {addr: "198.51.100.9:1", warns: true},
	} {
		var log bytes.Buffer
		w := newWorld(t, func(config *runtime.Config) { config.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		r := httptest.NewRequest("GET", "http://shop.example/", nil)
		r.RemoteAddr = c.addr
		r.Header.Set("Cookie", cookieLine(w.issue(SessionFields{Token: "x"})))
		w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			act := s.Destroy
			if !c.destroy {
				act = func(ctx context.Context) error { return s.Renew(ctx) }
			}
			if err := act(r.Context()); err != nil {
				t.Error(err)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if (log.Len() > 0) != c.warns {
			t.Errorf("%+v: %s", c, &log)
		}
	}
}

func TestCookieForPlainHTTPIsNotWarnedOf(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(config *runtime.Config) {
		config.InsecureHTTP = true
		config.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "198.51.100.9:1234"
	w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, err := w.From(r.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.SetToken("x")
	})).ServeHTTP(httptest.NewRecorder(), r)
	if log.Len() > 0 {
		t.Error(log.String())
	}
}
