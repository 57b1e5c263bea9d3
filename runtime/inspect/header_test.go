package inspect_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/inspect"
)

func TestOtherMethodsAreRefused(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{"OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"} {
		answer := serve(w.page, local(t, method, "/", nil))
		if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, HEAD, POST" {
			t.Errorf("%s: status %d, %v", method, answer.Code, answer.Header())
		}
	}
	server := httptest.NewServer(w.page)
	defer server.Close()
	answer, err := http.Head(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("HEAD: %v", answer)
	}
}

// Nothing keeps a page that may show values, and nothing runs in it but its own script.
func TestHeaderKeepsOthersOut(t *testing.T) {
	w := newWorld(t)
	c := w.issue(SessionFields{User: "Ada"})
	outer := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", "default-src 'self'") // as of an app
		rw.Header().Set("Cache-Control", "public")
		w.page.ServeHTTP(rw, r)
	})
	for _, r := range []*http.Request{
		local(t, "GET", "/", nil, c), local(t, "GET", "/?figures", nil, c), local(t, "POST", "/", url.Values{"of": {"0"}, "show": {"*"}}, c),
	} {
		answer := serve(outer, r)
		h := answer.Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Values(name); !slices.Equal(got, []string{want}) {
				t.Errorf("%s %s: %s is %q, not %q", r.Method, r.URL, name, got, want)
			}
		}
		policy := h.Get("Content-Security-Policy")
		mustHave(t, policy, "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")
		mustLack(t, policy, "unsafe", "http:", "https:", "*")
		if strings.Contains(r.URL.RawQuery, "figures") {
			continue
		}
		for _, name := range []string{"style", "script"} {
			inline := regexp.MustCompile(`(?s)<`+name+`>(.*?)</`+name+`>`).FindAllStringSubmatch(answer.Body.String(), -1)
			if len(inline) != 1 {
				t.Fatalf("%d elements %s", len(inline), name)
			}
			sum := sha256.Sum256([]byte(inline[0][1]))
			mustHave(t, policy, name+"-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		mustLack(t, answer.Body.String(), " style=", " onclick=", "javascript:")
	}
}

func TestImportingMountsNothing(t *testing.T) {
	for _, path := range []string{"/debug/sessions/", "/debug/sessions", "/"} {
		if _, pattern := http.DefaultServeMux.Handler(local(t, "GET", path, nil)); pattern != "" {
			t.Errorf("%s is %s", path, pattern)
		}
	}
}

func TestWhatIsNotGeneratedIsRefusedAtOnce(t *testing.T) {
	w := newWorld(t)
	for name, mount := range map[string]func(){
		"none":          func() { inspect.Handler() },
		"wrapped":       func() { inspect.Handler(wrapped{w.sessions}) },
		"without guard": func() { inspect.Guarded(nil, w.sessions) },
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "sessiongen: inspect") {
					t.Errorf("%s: panic %q", name, said)
				}
			}()
			mount()
		}()
	}
}

// wrapped has a Middleware of its own.
type wrapped struct{ *Sessions }

func (w wrapped) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(w.Sessions.Middleware(next).ServeHTTP)
}
