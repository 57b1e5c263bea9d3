package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
)

// A browser keeps cookies. It does not follow redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	base   *url.URL
	cookie string // the name of the session's
	text   func(page string) string
}

func newBrowser(t *testing.T, base string, transport http.RoundTripper, cookie string) *browser {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     transport,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &browser{t: t, client: client, base: u, cookie: cookie}
}

// session returns the value of the cookie that the browser has, or nothing.
func (b *browser) session() string {
	for _, c := range b.client.Jar.Cookies(b.base) {
		if c.Name == b.cookie {
			return c.Value
		}
	}
	return ""
}

// A page is a response that was read to its end.
type page struct {
	*http.Response
	body string
	sent []*http.Cookie // the session's, in its header
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.read(b.client.Get(b.base.String() + path))
}

// post sends a form of these names and values.
func (b *browser) post(path string, pairs ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.read(b.client.PostForm(b.base.String()+path, form))
}

func (b *browser) read(resp *http.Response, err error) page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	text := string(body)
	if b.text != nil {
		text = b.text(text)
	}
	return page{resp, text, b.sent(resp)}
}

// sent returns the session's cookies in the header of a response.
func (b *browser) sent(resp *http.Response) []*http.Cookie {
	var sent []*http.Cookie
	for _, c := range resp.Cookies() {
		if c.Name == b.cookie {
			sent = append(sent, c)
		}
	}
	return sent
}

// want checks the status, the body, and how many cookies of ours were sent.
func (p page) want(t *testing.T, status int, body string, cookies int) {
	t.Helper()
	if p.StatusCode != status {
		t.Errorf("%s: status %d, not %d", p.Request.URL.Path, p.StatusCode, status)
	}
	if p.body != body {
		t.Errorf("%s: body %q, not %q", p.Request.URL.Path, p.body, body)
	}
	p.wantCookies(t, cookies)
}

func (p page) wantCookies(t *testing.T, n int) {
	t.Helper()
	if len(p.sent) != n {
		t.Errorf("%s: %d session cookies sent, not %d: %q", p.Request.URL.Path, len(p.sent), n, p.Header["Set-Cookie"])
	}
}

func (p page) wantStatus(t *testing.T, status int) {
	t.Helper()
	if p.StatusCode != status {
		t.Errorf("%s: status %d, not %d", p.Request.URL.Path, p.StatusCode, status)
	}
}
