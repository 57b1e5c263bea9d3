package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// request sends one request through the middleware to handler. cookie is the
// Cookie header; empty for none.
func (w *world) request(cookie string, handler http.HandlerFunc) *http.Response {
	w.t.Helper()
	return exchange(w.Middleware(handler), cookie)
}

func exchange(handler http.Handler, cookie string) *http.Response {
	r := httptest.NewRequest("GET", "https://shop.example/", nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	return recorder.Result()
}

// from returns the session of r.
func (w *world) from(r *http.Request) *Session {
	s, err := w.From(r.Context())
	if err != nil {
		panic(err)
	}
	return s
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func cookieLine(token string) string { return "__Host-session=" + token }

// sentCookie returns the one cookie that a response sets.
func sentCookie(t *testing.T, response *http.Response) *http.Cookie {
	t.Helper()
	cookies := response.Cookies()
	if len(cookies) != 1 || cookies[0].Name != "__Host-session" {
		t.Fatalf("cookies sent: %v, want one of ours", cookies)
	}
	return cookies[0]
}

func wantNoCookie(t *testing.T, response *http.Response) {
	t.Helper()
	if lines := response.Header["Set-Cookie"]; lines != nil {
		t.Errorf("sent %q, want no cookie", lines)
	}
}

func TestVisitorKeepsTheSessionThroughLoginAndEndsItByLogout(t *testing.T) {
	for name, store := range map[string]runtime.Store{"memory": runtime.NewMemory(), "memcached": memcacheStore(t)} {
		for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				sessions := mustSessions(t, runtime.Config{Store: store})
				visit := startSite(t, sessions.Middleware(shop(sessions)), protocol)
				for _, step := range []struct{ path, want string }{
					{"/", "1 visits, id 1"},
					{"/", "2 visits, id 1"},
					{"/login", "welcome"},
					{"/", "3 visits, id 2"},
					{"/notice", "welcome"},
					{"/notice", ""},
					{"/logout", "bye"},
					{"/", "1 visits, id 3"},
				} {
					if got := visit(step.path); got != step.want {
						t.Fatalf("%s: %q, want %q", step.path, got, step.want)
					}
				}
			})
		}
	}
}

// shop is a site that counts visits and the ids that it has seen.
func shop(sessions *Sessions) http.Handler {
	var ids []string
	number := func(id string) int {
		for i, known := range ids {
			if known == id {
				return i + 1
			}
		}
		ids = append(ids, id)
		return len(ids)
	}
	mux := http.NewServeMux()
	handle := func(path string, do func(ctx context.Context, s *Session) (string, error)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			s, err := sessions.From(r.Context())
			if err != nil {
				http.Error(w, err.Error(), http.StatusServiceUnavailable)
				return
			}
			text, err := do(r.Context(), s)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			io.WriteString(w, text)
		})
	}
	handle("/", func(ctx context.Context, s *Session) (string, error) {
		s.SetVisits(s.GetVisits() + 1)
		err := s.Save(ctx)
		return fmt.Sprintf("%d visits, id %d", s.GetVisits(), number(s.ID())), err
	})
	handle("/login", func(ctx context.Context, s *Session) (string, error) {
		s.SetNotice("welcome")
		return "welcome", s.Renew(ctx)
	})
	handle("/notice", func(_ context.Context, s *Session) (string, error) { return s.PopNotice(), nil })
	handle("/logout", func(ctx context.Context, s *Session) (string, error) { return "bye", s.Destroy(ctx) })
	return mux
}

// startSite starts a TLS server and returns a browser's view of it.
func startSite(t *testing.T, handler http.Handler, protocol string) (visit func(path string) string) {
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = protocol == "HTTP/2.0"
	server.StartTLS()
	t.Cleanup(server.Close)
	client := server.Client()
	client.Jar, _ = cookiejar.New(nil)
	return func(path string) string {
		response, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.Proto != protocol || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s over %s, want 200 over %s", path, response.Status, response.Proto, protocol)
		}
		return body(t, response)
	}
}

func TestRequestThatDoesNotAskForTheSessionCostsNothing(t *testing.T) {
	w := newWorld(t, nil)
	cookie := cookieLine(w.issue(SessionFields{Token: "x"}))
	response := w.request(cookie, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
	for _, name := range []string{"Set-Cookie", "Vary", "Cache-Control"} {
		if lines, ok := response.Header[name]; ok {
			t.Errorf("%s: %q", name, lines)
		}
	}

	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r := httptest.NewRequest("GET", "https://shop.example/", nil)
	r.Header.Set("Cookie", cookie)
	allocations := func(h http.Handler) float64 {
		var sink discard
		return testing.AllocsPerRun(100, func() { h.ServeHTTP(&sink, r) })
	}
	if more := allocations(w.Middleware(handler)) - allocations(handler); more > 3 {
		t.Errorf("%v allocations", more)
	}
}

// discard is a ResponseWriter that sends nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{"X-Outer": {"1"}}
	}
	return d.header
}
func (*discard) Write(p []byte) (int, error) { return len(p), nil }
func (*discard) WriteHeader(int)             {}

func TestNewVisitorWithNothingSetCostsNoStoreCall(t *testing.T) {
	w := newWorld(t, nil)
	response := w.request("", func(_ http.ResponseWriter, r *http.Request) { w.from(r) })
	if calls := w.store.take(); calls != nil {
		t.Errorf("store calls %q", calls)
	}
	wantNoCookie(t, response)
	if vary := response.Header["Vary"]; len(vary) != 1 || vary[0] != "Cookie" {
		t.Errorf("Vary: %q", vary)
	}
}

func TestBadCookieIsANewVisitorAndCostsNoStoreCall(t *testing.T) {
	w := newWorld(t, nil)
	good := w.issue(SessionFields{Token: "x"})
	for _, cookie := range []string{
		"__Host-session=",
		cookieLine(good[:58]),
		cookieLine(good + "A"),
		cookieLine(`"` + good + `"`),
		cookieLine(strings.ToUpper(good[:36]) + good[36:]),
		"a=b;\t" + cookieLine(good),
		"__host-session=" + good,
		"__Host-session=\x00\xff\u2028",
		cookieLine(strings.Repeat("x", 1<<20)),
		strings.Repeat(";=", 1<<19),
	} {
		response := w.request(cookie, func(_ http.ResponseWriter, r *http.Request) {
			if s := w.from(r); !s.IsNew() || s.HasToken() {
				t.Errorf("%.80q opens a session", cookie)
			}
		})
		if calls := w.store.take(); calls != nil {
			t.Errorf("%.80q: store calls %q", cookie, calls)
		}
		if response.StatusCode != http.StatusOK {
			t.Errorf("%.80q: %s", cookie, response.Status)
		}
		wantNoCookie(t, response)
	}
}

func TestVisitorWithABadCookieGetsAFreshId(t *testing.T) {
	w := newWorld(t, nil)
	const planted = "6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw"
	response := w.request(cookieLine(planted), func(_ http.ResponseWriter, r *http.Request) { w.from(r).SetToken("x") })
	if c := sentCookie(t, response); c.Value[:36] == planted[:36] {
		t.Error("stored under the id that the client chose")
	}
}

func TestDestroyRemovesADeadCookieToo(t *testing.T) {
	for _, cookie := range []string{
		cookieLine("nonsense"),
		cookieLine("6ba7b810-9dad-41d1-80b4-00c04fd430c8.AAECAwQFBgcICQoLDA0ODw"),
		"__Host-session=a; __Host-session=b",
	} {
		w := newWorld(t, nil)
		response := w.request(cookie, func(_ http.ResponseWriter, r *http.Request) {
			if err := w.from(r).Destroy(r.Context()); err != nil {
				t.Error(err)
			}
		})
		const want = "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
		if line := sentCookie(t, response).Raw; line != want {
			t.Errorf("%s: sent %q, want %q", cookie, line, want)
		}
	}
}

func TestFromLoadsOnceForAllGoroutines(t *testing.T) {
	w := newWorld(t, nil)
	cookie := cookieLine(w.issue(SessionFields{Token: "x"}))
	w.request(cookie, func(_ http.ResponseWriter, r *http.Request) {
		var all [16]*Session
		var group sync.WaitGroup
		for i := range all {
			group.Go(func() { all[i], _ = w.From(r.Context()) })
		}
		group.Wait()
		for _, s := range all {
			if s == nil || s != all[0] || s.GetToken() != "x" {
				t.Errorf("sessions %p and %p", s, all[0])
			}
		}
	})
	if calls := w.store.take(); len(calls) != 1 {
		t.Errorf("store calls %q, want one", calls)
	}
}

func TestFromRemembersAFailure(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.store.fail = func(string, []string) error { return errors.New("down") }
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		_, first := w.From(r.Context())
		w.store.fail = nil
		_, second := w.From(r.Context())
		if !errors.Is(first, runtime.ErrUnavailable) || second != first {
			t.Errorf("first %v, then %v", first, second)
		}
	})
	if calls := w.store.take(); len(calls) != 1 {
		t.Errorf("store calls %q, want one", calls)
	}
	wantNoCookie(t, response)
	if h := response.Header; h.Get("Vary") != "Cookie" || h.Get("Cache-Control") != "" {
		t.Errorf("header %v", h)
	}
}

func TestFromNeedsTheMiddleware(t *testing.T) {
	w, other := newWorld(t, nil), newWorld(t, func(c *runtime.Config) { c.CookieName = "other" })
	if _, err := w.From(t.Context()); !errors.Is(err, runtime.ErrNoMiddleware) {
		t.Errorf("without middleware: %v", err)
	}
	other.request("", func(_ http.ResponseWriter, r *http.Request) {
		if _, err := w.From(r.Context()); !errors.Is(err, runtime.ErrNoMiddleware) {
			t.Errorf("with another manager's middleware: %v", err)
		}
	})
}
