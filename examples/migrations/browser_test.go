package migrations_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// A site is a server with https, whose app can be replaced.
type site struct {
	*httptest.Server
	app atomic.Pointer[http.Handler]
}

func newSite(t *testing.T, app http.Handler) *site {
	s := new(site)
	s.deploy(app)
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*s.app.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) deploy(app http.Handler) { s.app.Store(&app) }

// A browser keeps cookies. It does not follow redirects, so that the notice of a
// login is still in the session when the next page is opened.
type browser struct {
	*testing.T
	site   *site
	client *http.Client
}

func newBrowser(t *testing.T, s *site, cookies ...*http.Cookie) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{t, s, &http.Client{
		Jar:           jar,
		Transport:     s.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	jar.SetCookies(b.url(), cookies)
	return b
}

func (b browser) url() *url.URL {
	u, err := url.Parse(b.site.URL)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// cookie returns what the browser sends of this name, or nil.
func (b browser) cookie(name string) *http.Cookie {
	for _, c := range b.client.Jar.Cookies(b.url()) {
		if c.Name == name {
			return &http.Cookie{Name: name, Value: c.Value, Path: "/", Secure: true}
		}
	}
	return nil
}

// open opens the page.
func (b browser) open() (status int, page string) {
	b.Helper()
	response, err := b.client.Get(b.site.URL)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(body))
}

// sees checks what the page is.
func (b browser) sees(want string) {
	b.Helper()
	if status, got := b.open(); status != http.StatusOK || got != want {
		b.Errorf("status %d, page %q; want %q", status, got, want)
	}
}

// post sends a form, which must be answered by a redirect.
func (b browser) post(path string, form url.Values) {
	b.Helper()
	response, err := b.client.PostForm(b.site.URL+path, form)
	if err != nil {
		b.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		b.Fatalf("%s: status %d", path, response.StatusCode)
	}
}

func (b browser) login(name string) {
	b.Helper()
	b.post("/login", url.Values{"name": {name}})
}

func (b browser) logout() {
	b.Helper()
	b.post("/logout", nil)
}
