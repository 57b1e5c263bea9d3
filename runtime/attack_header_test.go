package runtime_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// injected is a text that must not arrive anywhere.
const injected = "flush_all"

// injections are texts that would end a line, a key, a word or an attribute.
var injections = []string{
	"x\r\n" + injected,
	"x\n" + injected,
	"x\r" + injected,
	"x\x00" + injected,
	"x\x7f" + injected,
	"x;" + injected,
	"x\u0085" + injected,
	"x\u2028" + injected,
	"x\xff" + injected,
}

func TestConfigThatWouldInjectIsRefused(t *testing.T) {
	for _, text := range append([]string{"x " + injected, "x\t" + injected, "x:" + injected, "x-" + injected}, injections...) {
		configs := map[string]runtime.Config{"Namespace": {Namespace: text}}
		if slices.Contains(injections, text) {
			configs["CookieName"] = runtime.Config{CookieName: text}
			configs["Domain"] = runtime.Config{CookieName: "s", Domain: text}
			configs["Path"] = runtime.Config{CookieName: "s", Path: "/" + text}
		}
		for field, config := range configs {
			config.Store = runtime.NewMemory()
			if _, err := NewSessions(config); err == nil || !strings.Contains(err.Error(), "Config."+field) {
				t.Errorf("%s %q: %v", field, text, err)
			}
		}
	}
	for _, text := range injections {
		if _, err := newBare(text, runtime.Config{Store: runtime.NewMemory()}); err == nil {
			t.Errorf("the accessor %q is accepted", text)
		}
		if _, err := NewSessions(runtime.Config{Store: runtime.NewMemcache(text)}); err == nil {
			t.Errorf("the server %q is accepted", text)
		}
	}
}

func TestInjectedTextNeverReachesMemcachedOrAHeader(t *testing.T) {
	wire := tapWire(t, invade(t).addr)
	sessions := sessionsOn(t, wire.addr)
	cookie, err := sessions.Issue(t.Context(), SessionFields{Token: "t"})
	if err != nil {
		t.Fatal(err)
	}
	texts := append([]string{"x " + injected, "x\t" + injected, "x\"" + injected, "\r\n" + injected + "\r\n"}, injections...)
	for _, text := range texts {
		for _, line := range []string{
			cookieLine(text),
			cookieLine(cookie.Value[:36] + text),
			cookieLine(cookie.Value + text),
			cookieLine(text + cookie.Value),
			cookieLine(cookie.Value[:37] + (text + strings.Repeat("A", 22))[:22]),
			text + "=" + cookie.Value,
			cookieLine(cookie.Value) + "; a=" + text, // a session, with what a handler might take from anywhere
		} {
			request := httptest.NewRequest("GET", "https://shop.example/", nil)
			request.Header["Cookie"] = []string{line}
			recorder := httptest.NewRecorder()
			sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s, err := sessions.From(r.Context())
				if err != nil {
					t.Error(err)
					return
				}
				s.SetToken(text)
				s.SetCart([]string{text, text})
				if err := s.UpdateNotice(r.Context(), func(v *string) error { *v = text; return nil }); err != nil {
					t.Error(err)
				}
				if err := s.Renew(r.Context()); err != nil {
					t.Error(err)
				}
			})).ServeHTTP(recorder, request)

			if header := fmt.Sprint(recorder.Result().Header); recorder.Code != http.StatusOK || strings.Contains(header, injected) {
				t.Errorf("%q: %d, %s", line, recorder.Code, header)
			}
			cookie = sentCookie(t, recorder.Result())
			s, err := sessions.Open(t.Context(), cookie.Value)
			if err != nil {
				t.Fatal(err)
			}
			if cart, err := s.GetCart(t.Context()); err != nil || s.GetToken() != text || s.GetNotice() != text || len(cart) != 2 || cart[1] != text {
				t.Errorf("stored %q as %+v, %v", text, s.Values(), err)
			}
		}
		if s, err := sessions.Open(t.Context(), text); err != nil || !s.IsNew() {
			t.Errorf("Open(%q): %v", text, err)
		}
	}
	if sent := wire.bytes(); bytes.Contains(sent, []byte(injected)) {
		t.Errorf("memcached was sent %q", sent)
	}
}

// The generator checks the names in generated code, but code that is written by
// hand can have other names.
func TestVariableWhoseNameWouldInjectIsNeverSent(t *testing.T) {
	type byHand struct {
		session runtime.Session
		v       runtime.Var[string]
	}
	wire := tapWire(t, invade(t).addr)
	store := runtime.NewMemcache(wire.addr)
	t.Cleanup(func() { store.Close() })
	for _, name := range append([]string{"x " + injected, "x\t" + injected}, injections...) {
		if name == "x;"+injected {
			continue // as good a key as any
		}
		sessions, err := runtime.NewManager(runtime.Config{Store: store}, runtime.Schema[byHand]{
			Name:      "session",
			Session:   func(s *byHand) *runtime.Session { return &s.session },
			Variables: []runtime.Variable[byHand]{runtime.Eager("V", name, runtime.Gob[string](), func(s *byHand) *runtime.Var[string] { return &s.v })},
		})
		if err != nil {
			continue
		}
		s := sessions.New()
		s.v.Set(&s.session, "x")
		if _, err := sessions.Issue(t.Context(), s); err == nil {
			t.Errorf("stored under the name %q", name)
		}
		if _, err := sessions.Open(t.Context(), forged()); err == nil {
			t.Errorf("read under the name %q", name)
		}
	}
	if sent := wire.bytes(); bytes.Contains(sent, []byte(injected)) {
		t.Errorf("memcached was sent %q", sent)
	}
}

// A sharedCache keeps every response that RFC 9111, section 3, lets a cache for
// many visitors keep, and gives it to everyone to whom section 4.1 lets it give
// the response.
type sharedCache struct {
	next http.Handler
	kept map[string][]kept // by path
}

// kept is a response and the values of the request's headers that it varies
// by.
type kept struct {
	response *httptest.ResponseRecorder
	varies   http.Header
}

func (c *sharedCache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, k := range c.kept[r.URL.Path] {
		if k.matches(r) {
			k.send(w)
			return
		}
	}
	k := kept{httptest.NewRecorder(), http.Header{}}
	c.next.ServeHTTP(k.response, r)
	header := k.response.Header()
	storable := true
	for directive := range strings.SplitSeq(header.Get("Cache-Control"), ",") {
		directive, _, _ = strings.Cut(strings.TrimSpace(directive), "=")
		storable = storable && directive != "no-store" && directive != "private"
	}
	for name := range strings.SplitSeq(strings.Join(header["Vary"], ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			k.varies[name] = r.Header.Values(name)
		}
	}
	if storable {
		c.kept[r.URL.Path] = append(c.kept[r.URL.Path], k)
	}
	k.send(w)
}

func (k kept) matches(r *http.Request) bool {
	for name, values := range k.varies {
		if name == "*" || !slices.Equal(r.Header.Values(name), values) {
			return false
		}
	}
	return true
}

func (k kept) send(w http.ResponseWriter) {
	for name, values := range k.response.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(k.response.Code)
	w.Write(k.response.Body.Bytes())
}

func TestSharedCacheNeverGivesAVisitorWhatIsAnothers(t *testing.T) {
	w := newWorld(t, nil)
	serve := func(path string, do func(s *Session, r *http.Request) error) (string, http.HandlerFunc) {
		return path, func(rw http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			if err := do(s, r); err != nil {
				t.Error(err)
			}
			fmt.Fprintf(rw, "for %s", s.GetToken())
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc(serve("/read", func(*Session, *http.Request) error { return nil }))
	mux.HandleFunc(serve("/set", func(s *Session, _ *http.Request) error { s.SetVisits(1); return nil }))
	mux.HandleFunc(serve("/pop", func(s *Session, _ *http.Request) error { s.PopNotice(); return nil }))
	mux.HandleFunc(serve("/begin", func(s *Session, r *http.Request) error { s.SetToken(r.Header.Get("User")); return nil }))
	mux.HandleFunc(serve("/login", func(s *Session, r *http.Request) error {
		s.SetToken(r.Header.Get("User"))
		return s.Renew(r.Context())
	}))
	mux.HandleFunc(serve("/save", func(s *Session, r *http.Request) error { return s.Save(r.Context()) }))
	mux.HandleFunc(serve("/logout", func(s *Session, r *http.Request) error { return s.Destroy(r.Context()) }))
	cache := &sharedCache{w.Middleware(mux), map[string][]kept{}}

	jars := map[string]string{}
	for range 2 {
		for _, path := range []string{"/read", "/set", "/begin", "/read", "/pop", "/login", "/save", "/read", "/set", "/logout", "/read"} {
			for _, user := range []string{"alice", "bob", "carol"} {
				r := httptest.NewRequest("GET", path, nil)
				r.Header.Set("User", user) // a header that no cache looks at
				if jars[user] != "" {
					r.Header.Set("Cookie", cookieLine(jars[user]))
				}
				recorder := httptest.NewRecorder()
				cache.ServeHTTP(recorder, r)
				if body := recorder.Body.String(); body != "for " && body != "for "+user {
					t.Fatalf("%s got %s: %s", user, path, body)
				}
				for _, c := range recorder.Result().Cookies() {
					for other, value := range jars {
						if other != user && value != "" && c.Value == value {
							t.Fatalf("%s got the cookie of %s with %s", user, other, path)
						}
					}
					jars[user] = c.Value
				}
			}
		}
	}
}
