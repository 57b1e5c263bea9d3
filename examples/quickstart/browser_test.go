package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// onEachStorage runs a test in memory, on one copy of the shop, and on
// memcached, on two copies of it that a browser visits by turns.
func onEachStorage(t *testing.T, test func(t *testing.T, b *browser)) {
	t.Run("memory", func(t *testing.T) {
		test(t, newBrowser(t, openShop(t, openStorage(nil))))
	})
	t.Run("memcached", func(t *testing.T) {
		addr := startMemcached(t)
		copies := make([]string, 2)
		for i := range copies {
			s := openStorage([]string{addr})
			t.Cleanup(func() { s.close() })
			copies[i] = openShop(t, s)
		}
		test(t, newBrowser(t, copies...))
	})
}

// testKeys are those of all copies.
var testKeys = [][]byte{[]byte("a key of 32 bytes, for the tests")}

// openShop returns the URL of a shop on plain http.
func openShop(t *testing.T, s storage) string {
	t.Helper()
	return openShopWith(t, s, testKeys)
}

func openShopWith(t *testing.T, s storage, keys [][]byte) string {
	t.Helper()
	handler, err := newSite(s, keys, options{insecure: true})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func inMemory() storage { return storage{Store: runtime.NewMemory(), name: "memory"} }

// A browser keeps cookies and follows redirects. It sends its requests to
// several copies of the shop by turns: cookies don't tell ports apart.
type browser struct {
	t      *testing.T
	client *http.Client
	copies []string
	turn   int
}

func newBrowser(t *testing.T, copies ...string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar}, copies: copies}
}

// newSecureBrowser returns a browser for a handler behind https.
func newSecureBrowser(t *testing.T, handler http.Handler) *browser {
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	b := newBrowser(t, server.URL)
	b.client.Transport = server.Client().Transport
	return b
}

// stranger returns a browser of somebody else.
func (b *browser) stranger() *browser { return newBrowser(b.t, b.copies...) }

// A header is sent with each request.
type header struct{ name, value string }

func (h header) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(h.name, h.value)
	return http.DefaultTransport.RoundTrip(r)
}

// as makes the browser say what it is.
func (b *browser) as(userAgent string) *browser {
	b.client.Transport = header{"User-Agent", userAgent}
	return b
}

// from makes the browser say where its requests come from.
func (b *browser) from(site string) *browser {
	b.client.Transport = header{"Sec-Fetch-Site", site}
	return b
}

// twin returns a browser with the cookies that b has now.
func (b *browser) twin() *browser {
	twin := b.stranger()
	twin.client.Jar.SetCookies(b.base(), b.client.Jar.Cookies(b.base()))
	return twin
}

func (b *browser) base() *url.URL {
	u, err := url.Parse(b.copies[0])
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

// cookie returns the value of the session's cookie.
func (b *browser) cookie() string {
	for _, c := range b.client.Jar.Cookies(b.base()) {
		if c.Name == "session" {
			return c.Value
		}
	}
	return ""
}

// A page is a response, after redirects.
type page struct {
	status int
	header http.Header
	body   string
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.page(b.client.Get(b.next() + path))
}

// post sends a form as it is.
func (b *browser) post(path string, form url.Values) page {
	b.t.Helper()
	return b.page(b.client.PostForm(b.next()+path, form))
}

// submit sends a form of the shop, with the token that the front page has.
func (b *browser) submit(path string, fields ...string) page {
	b.t.Helper()
	form := url.Values{"token": {b.get("/").token(b.t)}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post(path, form)
}

func (b *browser) next() string {
	b.turn++
	return b.copies[b.turn%len(b.copies)]
}

func (b *browser) page(resp *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{resp.StatusCode, resp.Header, string(body)}
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (p page) token(t *testing.T) string {
	t.Helper()
	m := tokenField.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("no token in this page:\n%s", p.body)
	}
	return html.UnescapeString(m[1])
}
