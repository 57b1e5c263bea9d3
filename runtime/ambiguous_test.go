package runtime_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestOfCookiesThatDifferNoneIsBelievedAndAllAreExpired(t *testing.T) {
	const expired = "; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	for name, c := range map[string]struct {
		configure func(*runtime.Config)
		want      []string // what is expired, without the name
	}{
		"as it is": {func(*runtime.Config) {}, []string{
			"; Path=/" + expired,
			"; Path=/" + expired + "; Partitioned"}},
		"with a path": {func(c *runtime.Config) { c.CookieName, c.Path = "s", "/shop" }, []string{
			"; Path=/" + expired,
			"; Path=/" + expired + "; Partitioned",
			"; Path=/shop" + expired,
			"; Path=/shop" + expired + "; Partitioned"}},
		"with a domain": {func(c *runtime.Config) { c.CookieName, c.Domain = "s", "shop.example" }, []string{
			"; Path=/" + expired,
			"; Path=/" + expired + "; Partitioned",
			"; Path=/; Domain=shop.example" + expired,
			"; Path=/; Domain=shop.example" + expired + "; Partitioned"}},
		"over plain http": {func(c *runtime.Config) { c.InsecureHTTP = true }, []string{
			"; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"}},
	} {
		w := newWorld(t, c.configure)
		one, other := w.issue(SessionFields{Token: "one"}), w.issue(SessionFields{Token: "other"})
		response := w.request(w.CookieName()+"="+one+"; "+w.CookieName()+"="+other, func(_ http.ResponseWriter, r *http.Request) {
			if s := w.from(r); !s.IsNew() || s.HasToken() {
				t.Errorf("%s: %q is believed", name, s.GetToken())
			}
		})
		if calls := w.store.take(); calls != nil {
			t.Errorf("%s: store calls %q", name, calls)
		}
		var got []string
		for _, line := range response.Header["Set-Cookie"] {
			got = append(got, strings.TrimPrefix(line, w.CookieName()+"="))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: expired\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if cc := response.Header.Get("Cache-Control"); cc != "no-store" || response.Header.Get("Vary") != "Cookie" {
			t.Errorf("%s: Cache-Control %q, Vary %q", name, cc, response.Header.Get("Vary"))
		}
		w.wantEvent(runtime.EventAmbiguous, "")
		for _, token := range []string{one, other} {
			if s := w.open(token); s.IsNew() {
				t.Errorf("%s: a session was harmed", name)
			}
		}
	}
}

func TestNewCookieIsNotExpiredBesideTheOthers(t *testing.T) {
	const removal = "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	for name, c := range map[string]struct {
		do   func(s *Session, r *http.Request) error
		ours bool // a session's cookie is sent
	}{
		"set":    {func(s *Session, _ *http.Request) error { s.SetToken("x"); return nil }, true},
		"save":   {func(s *Session, r *http.Request) error { s.SetToken("x"); return s.Save(r.Context()) }, true},
		"login":  {func(s *Session, r *http.Request) error { s.SetToken("x"); return s.Renew(r.Context()) }, true},
		"logout": {func(s *Session, r *http.Request) error { return s.Destroy(r.Context()) }, false},
		"nothing that could be stored": {func(s *Session, _ *http.Request) error {
			s.SetToken(strings.Repeat("x", 2<<20))
			return nil
		}, false},
	} {
		w := newWorld(t, nil)
		cookie := cookieLine(w.issue(SessionFields{Token: "one"})) + "; " + cookieLine(w.issue(SessionFields{Token: "other"}))
		response := w.request(cookie, func(rw http.ResponseWriter, r *http.Request) {
			http.SetCookie(rw, &http.Cookie{Name: "theme", Value: "dark"})
			if err := c.do(w.from(r), r); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		lines := slices.DeleteFunc(response.Header["Set-Cookie"], func(line string) bool { return line == "theme=dark" })
		if !c.ours && len(lines) == 2 && !strings.Contains(lines[0], "Partitioned") {
			slices.Reverse(lines)
		}
		// Our cookie is the last one, because browsers that know no partitions
		// keep only the last.
		if len(lines) != 2 || lines[0] != removal+"; Partitioned" || lines[1] == removal == c.ours {
			t.Errorf("%s: sent %q", name, lines)
		}
	}
}

func TestCookiesThatDifferAreExpiredOnceIfSomebodyOutsideAnswers(t *testing.T) {
	w := newWorld(t, nil)
	cookie := cookieLine(w.issue(SessionFields{Token: "one"})) + "; " + cookieLine(w.issue(SessionFields{Token: "other"}))
	response := exchange(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var inner http.ResponseWriter
		w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner = rw
			w.from(r)
		})).ServeHTTP(rw, r)
		inner.WriteHeader(http.StatusNotFound)
	}), cookie)
	if lines := response.Header["Set-Cookie"]; len(lines) != 2 || lines[0] == lines[1] {
		t.Errorf("sent %q", lines)
	}
}

// A browser that has cookies of two places is let in again by the second
// request that follows.
func TestVisitorWithTwoCookiesIsNotLockedOut(t *testing.T) {
	for name, c := range map[string]struct{ before, after func(*runtime.Config) }{
		"a path that was added":   {func(*runtime.Config) {}, func(c *runtime.Config) { c.Path = "/shop" }},
		"a domain that was added": {func(*runtime.Config) {}, func(c *runtime.Config) { c.Domain = "shop.example" }},
		"both":                    {func(*runtime.Config) {}, func(c *runtime.Config) { c.Path, c.Domain = "/shop", "shop.example" }},
	} {
		store := runtime.NewMemory()
		jar, _ := cookiejar.New(nil)
		page, _ := url.Parse("https://www.shop.example/shop/tea")
		visit := func(configure func(*runtime.Config)) (visits int, response *http.Response) {
			config := runtime.Config{Store: store, CookieName: "s", Logger: slog.New(slog.DiscardHandler)}
			configure(&config)
			sessions := mustSessions(t, config)
			r := httptest.NewRequest("GET", page.String(), nil)
			for _, cookie := range jar.Cookies(page) {
				r.AddCookie(cookie)
			}
			recorder := httptest.NewRecorder()
			sessions.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				s, err := sessions.From(r.Context())
				if err != nil {
					t.Error(err)
					return
				}
				visits = s.GetVisits() + 1
				s.SetVisits(visits)
			})).ServeHTTP(recorder, r)
			jar.SetCookies(page, recorder.Result().Cookies())
			return visits, recorder.Result()
		}
		visit(c.before)
		if n, _ := visit(c.before); n != 2 {
			t.Fatalf("%s: %d visits before", name, n)
		}
		// The deploy: the new configuration makes a session whose cookie is in
		// another place.
		jar.SetCookies(page, []*http.Cookie{newCookie(t, store, c.after)})
		if n, _ := visit(c.after); n != 1 {
			t.Errorf("%s: one of two cookies is believed: %d visits", name, n)
		}
		for want := range 3 {
			if n, _ := visit(c.after); n != want+2 {
				t.Errorf("%s: %d visits, want %d: the visitor is locked out", name, n, want+2)
			}
		}
	}
}

// newCookie returns the cookie of a session that was made elsewhere.
func newCookie(t *testing.T, store runtime.Store, configure func(*runtime.Config)) *http.Cookie {
	t.Helper()
	config := runtime.Config{Store: store, CookieName: "s"}
	configure(&config)
	cookie, err := mustSessions(t, config).Issue(t.Context(), SessionFields{Token: "x"})
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

func TestLogWarnsOnceOfCookiesThatDiffer(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *runtime.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	cookie := cookieLine(w.issue(SessionFields{Token: "one"})) + "; " + cookieLine(w.issue(SessionFields{Token: "other"}))
	for range 3 {
		w.request(cookie, func(_ http.ResponseWriter, r *http.Request) { w.from(r) })
	}
	if n := strings.Count(log.String(), "session ambiguous"); n != 1 || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "docs/cookies.md") {
		t.Errorf("log %q", &log)
	}
	if len(w.events) != 3 {
		t.Errorf("events %v", w.events)
	}
}
