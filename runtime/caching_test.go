package runtime_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestSharedCacheNeverKeepsAResponseWithOurCookie(t *testing.T) {
	for _, c := range []struct {
		set    []string // by the handler
		cookie []string // what it becomes beside a cookie of ours
		warns  bool
	}{
		{nil, []string{"no-store"}, false},
		{[]string{"no-store"}, []string{"no-store"}, false},
		{[]string{"private"}, []string{"private"}, false},
		{[]string{"max-age=60, Private"}, []string{"max-age=60, Private"}, false},
		{[]string{"public", "no-store"}, []string{"public", "no-store"}, false},
		{[]string{"public"}, []string{"no-store"}, true},
		{[]string{"public, max-age=60"}, []string{"no-store"}, true},
		{[]string{"max-age=60"}, []string{"no-store"}, true},
		{[]string{"s-maxage=60"}, []string{"no-store"}, true},
		{[]string{"no-cache"}, []string{"no-store"}, true},
		{[]string{""}, []string{"no-store"}, true},
		{[]string{`private="X-User"`}, []string{"no-store"}, true},
		{[]string{`no-cache="Set-Cookie"`}, []string{"no-store"}, true},
		{[]string{`public, x="private, no-store"`}, []string{"no-store"}, true},
		{[]string{`public, x="a\", private, \"b"`}, []string{"no-store"}, true},
		{[]string{`public, x="private, no-store`}, []string{"no-store"}, true},
		{[]string{`public, x="a", private`}, []string{`public, x="a", private`}, false},
		{[]string{"privately, no-storage"}, []string{"no-store"}, true},
		{[]string{"must-understand, no-store, public"}, []string{"no-store"}, true},
		{[]string{"must-understand, no-store, private"}, []string{"must-understand, no-store, private"}, false},
	} {
		for name, act := range map[string]struct {
			token bool
			do    func(s *Session, r *http.Request) error
		}{
			"a new session": {false, func(s *Session, _ *http.Request) error { s.SetToken("x"); return nil }},
			"one saved":     {false, func(s *Session, r *http.Request) error { s.SetToken("x"); return s.Save(r.Context()) }},
			"a login":       {true, func(s *Session, r *http.Request) error { return s.Renew(r.Context()) }},
			"a logout":      {true, func(s *Session, r *http.Request) error { return s.Destroy(r.Context()) }},
		} {
			for _, order := range []string{"before", "after"} {
				var log bytes.Buffer
				w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
				cookie := ""
				if act.token {
					cookie = cookieLine(w.issue(SessionFields{Token: "x"}))
				}
				set := func(h http.Header) {
					for _, line := range c.set {
						h.Add("Cache-Control", line)
					}
				}
				response := w.request(cookie, func(rw http.ResponseWriter, r *http.Request) {
					if order == "before" {
						set(rw.Header())
					}
					if err := act.do(w.from(r), r); err != nil {
						t.Error(err)
					}
					if order == "after" {
						rw.Header().Del("Cache-Control")
						set(rw.Header())
					}
				})
				if got := response.Header["Cache-Control"]; !slices.Equal(got, c.cookie) {
					t.Errorf("%q %s %s: %q, want %q", c.set, order, name, got, c.cookie)
				}
				if warned := strings.Contains(log.String(), "level=WARN"); warned != c.warns {
					t.Errorf("%q %s %s: the log says %q", c.set, order, name, &log)
				}
			}
		}
		// Without a cookie of ours what the handler set stays.
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
			w.from(r)
			rw.Header()["Cache-Control"] = slices.Clone(c.set)
		})
		want := c.set
		if want == nil {
			want = []string{"private"}
		}
		if got := response.Header["Cache-Control"]; !slices.Equal(got, want) {
			t.Errorf("%q without a cookie: %q", c.set, got)
		}
	}
}

// What a backend says of its page does not apply to our cookie.
func TestProxiedPageIsNotCachedWithOurCookie(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Cache-Control", "public, max-age=60")
		rw.Header().Set("Set-Cookie", "backend=1")
	}))
	defer backend.Close()
	target, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, nil)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	for _, visits := range []int{1, 2} {
		cookie := ""
		if visits == 2 {
			cookie = cookieLine(w.issue(SessionFields{Token: "x"}))
		}
		response := w.request(cookie, func(rw http.ResponseWriter, r *http.Request) {
			w.from(r).SetVisits(visits)
			proxy.ServeHTTP(rw, r)
		})
		want, cookies := "no-store", 2
		if visits == 2 {
			want, cookies = "public, max-age=60", 1
		}
		if got := response.Header["Cache-Control"]; !slices.Equal(got, []string{want}) || len(response.Cookies()) != cookies {
			t.Errorf("visit %d: Cache-Control %q, cookies %v", visits, got, response.Cookies())
		}
	}
}

func TestResponseTellsCachesWhatItHolds(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	for _, c := range []struct {
		name, cookie       string
		handler            func(h http.Header, s *Session, r *http.Request)
		vary, cacheControl string
	}{
		{"a new visitor", "", func(http.Header, *Session, *http.Request) {}, "Cookie", ""},
		{"a new session", "", func(_ http.Header, s *Session, _ *http.Request) { s.SetToken("y") }, "Cookie", "no-store"},
		{"a living session", token, func(http.Header, *Session, *http.Request) {}, "Cookie", "private"},
		{"a set", token, func(_ http.Header, s *Session, _ *http.Request) { s.SetToken("y") }, "Cookie", "private"},
		{"the handler's Cache-Control", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Cache-Control", "max-age=60")
		}, "Cookie", "max-age=60"},
		{"the handler's Vary", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Vary", "Accept-Encoding")
		}, "Accept-Encoding, Cookie", "private"},
		{"the handler's Vary by cookie", token, func(h http.Header, _ *Session, _ *http.Request) {
			h.Set("Vary", "Accept, cookie")
		}, "Accept, cookie", "private"},
		{"the handler's Vary by everything", token, func(h http.Header, _ *Session, _ *http.Request) { h.Set("Vary", "*") }, "*", "private"},
		{"a renewal", w.issue(SessionFields{Token: "x"}), func(_ http.Header, s *Session, r *http.Request) {
			if err := s.Renew(r.Context()); err != nil {
				t.Error(err)
			}
		}, "Cookie", "no-store"},
		{"a logout", w.issue(SessionFields{Token: "x"}), func(_ http.Header, s *Session, r *http.Request) {
			if err := s.Destroy(r.Context()); err != nil {
				t.Error(err)
			}
		}, "Cookie", "no-store"},
	} {
		cookie := ""
		if c.cookie != "" {
			cookie = cookieLine(c.cookie)
		}
		response := w.request(cookie, func(rw http.ResponseWriter, r *http.Request) { c.handler(rw.Header(), w.from(r), r) })
		vary, cacheControl := strings.Join(response.Header["Vary"], ", "), response.Header.Get("Cache-Control")
		if vary != c.vary || cacheControl != c.cacheControl {
			t.Errorf("%s: Vary %q, Cache-Control %q; want %q, %q", c.name, vary, cacheControl, c.vary, c.cacheControl)
		}
	}
}

func TestVaryThatTheHandlerChangesAfterACommitIsKept(t *testing.T) {
	w := newWorld(t, nil)
	response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		s.SetToken("x")
		if err := s.Save(r.Context()); err != nil {
			t.Error(err)
		}
		rw.Header()["Vary"][0] = "Accept-Encoding"
	})
	if got := response.Header["Vary"]; !slices.Equal(got, []string{"Accept-Encoding", "Cookie"}) {
		t.Errorf("Vary: %q", got)
	}
}

func TestResponseThatSetsACookieOfANestedManagerIsKeptFromCaches(t *testing.T) {
	type session string // what becomes of one manager's session
	const created, read session = "created", "read"
	for _, c := range []struct {
		outer, inner session
		handlers     string // Cache-Control
		want         string
	}{
		{created, read, "", "no-store"},
		{read, created, "", "no-store"},
		{created, created, "", "no-store"},
		{read, read, "", "private"},
		{created, read, "no-cache", "no-store"},
		{read, created, "no-cache", "no-store"},
		{read, read, "no-cache", "no-cache"},
	} {
		for _, savedAtOnce := range []bool{false, true} {
			name := fmt.Sprintf("outer %s, inner %s, handler's %q, saved at once: %v", c.outer, c.inner, c.handlers, savedAtOnce)
			t.Run(name, func(t *testing.T) {
				outer, inner := newWorld(t, nil), newOther(t)
				var cookies []string
				if c.outer == read {
					cookies = append(cookies, cookieLine(outer.issue(SessionFields{Token: "x"})))
				}
				if c.inner == read {
					cookies = append(cookies, "other="+inner.issue(SessionFields{Token: "x"}))
				}
				handler := nest(outer, inner, func(rw http.ResponseWriter, r *http.Request) {
					if c.handlers != "" {
						rw.Header().Set("Cache-Control", c.handlers)
					}
					for _, s := range []*Session{outer.from(r), inner.from(r)} {
						if s.IsNew() {
							s.SetToken("y")
						}
						if !savedAtOnce {
							continue
						}
						if err := s.Save(r.Context()); err != nil {
							t.Error(err)
						}
					}
				})
				response := exchange(handler, strings.Join(cookies, "; "))
				if got := response.Header["Cache-Control"]; !slices.Equal(got, []string{c.want}) {
					t.Errorf("Cache-Control: %q, want %q", got, c.want)
				}
				if sent := 2 - len(cookies); len(response.Cookies()) != sent {
					t.Errorf("sent %v, want %d", response.Cookies(), sent)
				}
			})
		}
	}
}
