package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// startBackend starts a server that lets everybody keep its pages, and shows what
// it gets to know of the visitor.
func startBackend(t *testing.T) *url.URL {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=60")
		fmt.Fprintf(w, "user %q, cookies %q", r.Header.Get("X-User"), r.Header.Get("Cookie"))
	}))
	t.Cleanup(backend.Close)
	u, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func wantCacheControl(t *testing.T, p page, want string) {
	t.Helper()
	if got := strings.Join(p.Header.Values("Cache-Control"), ", "); got != want {
		t.Errorf("%s: Cache-Control %q, not %q", p.Request.URL.Path, got, want)
	}
}

func TestProxiedPageIsKeptByNobodyIfItBearsOurCookie(t *testing.T) {
	overEachProtocol(t, "ReverseProxy", func(t *testing.T, http2 bool) {
		w := newWorld(t, nil)
		w.serve(proxiedSite(w.site, startBackend(t)), http2)
		b := w.browser()

		public := b.get("/public/logo")
		public.want(t, http.StatusOK, `user "", cookies ""`, 0)
		wantCacheControl(t, public, "public, max-age=60")
		if lines := w.log.loud(slog.LevelWarn); len(lines) != 0 {
			t.Errorf("warned of a page without a cookie: %v", lines)
		}

		first := b.get("/page")
		first.want(t, http.StatusOK, `user "", cookies ""`, 1)
		wantCacheControl(t, first, "no-store")
		if lines := w.log.loud(slog.LevelWarn); len(lines) != 1 || !strings.Contains(lines[0].text, "/page") {
			t.Errorf("there is no warning of the page: %v", lines)
		}

		second := b.get("/page") // what the backend says stays
		second.want(t, http.StatusOK, `user "", cookies ""`, 0)
		wantCacheControl(t, second, "public, max-age=60")
	})
}

func TestProxiedServerIsToldTheUserAndNotTheCookie(t *testing.T) {
	w := newWorld(t, nil)
	w.serve(proxiedSite(w.site, startBackend(t)), false)
	b := w.browser()
	cookie, err := w.site.sessions.Issue(t.Context(), SessionFields{User: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	b.client.Jar.SetCookies(b.base, []*http.Cookie{cookie, {Name: "theme", Value: "dark"}})
	for path, want := range map[string]string{"/page": "Ada", "/public/logo": ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-User", "Mallory") // which is not for the visitor to say
		b.read(b.client.Do(r)).want(t, http.StatusOK, fmt.Sprintf("user %q, cookies %q", want, "theme=dark"), 0)
	}
}

func TestNoSharedCacheGivesTheSessionOfOneVisitorToAnother(t *testing.T) {
	overEachProtocol(t, "ReverseProxy", func(t *testing.T, http2 bool) {
		w := newWorld(t, nil)
		cache := &sharedCache{next: proxiedSite(w.site, startBackend(t))}
		w.serve(cache, http2)
		ada, bob := w.browser(), w.browser()
		for _, b := range []*browser{ada, bob} {
			b.get("/page").wantCookies(t, 1)
			b.get("/page").wantCookies(t, 0)
			b.get("/page").wantCookies(t, 0)
			b.get("/public/logo").wantCookies(t, 0)
		}
		if ada.session() == bob.session() {
			t.Error("both have one session")
		}
		if cache.hits == 0 {
			t.Error("the cache has kept nothing")
		}
	})
}
