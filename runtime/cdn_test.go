package runtime_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Certain caches obey header fields of their own rather than Cache-Control.
func TestFieldsOfCDNsLetNoResponseWithOurCookieBeKept(t *testing.T) {
	set := map[string]string{
		"CDN-Cache-Control":            "max-age=60",
		"Cloudflare-CDN-Cache-Control": "public",
		"Surrogate-Control":            "max-age=60, content=\"ESI/1.0\"",
		"Edge-Control":                 "cache-maxage=1h",
		"X-Accel-Expires":              "60",
	}
	asSpelled := map[string]string{
		"cdn-cache-control": "max-age=60",
		"surrogate-CONTROL": "max-age=60",
		"cache-control":     "public",
	}
	for _, cookie := range []bool{false, true} {
		w := newWorld(t, nil)
		response := w.request("", func(rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			rw.Header().Set("Cache-Control", "private")
			for name, value := range set {
				rw.Header().Set(name, value)
			}
			for name, value := range asSpelled {
				rw.Header()[name] = []string{value}
			}
			if cookie {
				s.SetToken("x")
			}
		})
		for name, value := range set {
			want := value
			switch {
			case cookie && name == "X-Accel-Expires":
				want = ""
			case cookie:
				want = "no-store"
			}
			if got := response.Header.Get(name); got != want {
				t.Errorf("with a cookie: %v: %s: %q, want %q", cookie, name, got, want)
			}
		}
		for name, value := range asSpelled {
			want := value
			if cookie {
				want = "no-store"
			}
			if got := response.Header[name]; !slices.Equal(got, []string{want}) {
				t.Errorf("with a cookie: %v: %s: %q, want %q", cookie, name, got, want)
			}
		}
	}
}

func TestFieldsOfCDNsThatKeepNoResponseStay(t *testing.T) {
	w := newToldWorld(t)
	set := http.Header{
		"Cdn-Cache-Control": {"private, max-age=60"},
		"Surrogate-Control": {"no-store, content=\"ESI/1.0\""},
		"X-Accel-Expires":   {"0"},
	}
	response := w.visit("", func(rw http.ResponseWriter, r *http.Request) {
		maps.Copy(rw.Header(), set.Clone())
		w.from(r).SetToken("x")
	})
	for name, lines := range set {
		if got := response.Header[name]; !slices.Equal(got, lines) {
			t.Errorf("%s: %q, want %q", name, got, lines)
		}
	}
	if strings.Contains(w.log.String(), "WARN") {
		t.Errorf("log %q", &w.log)
	}
}
