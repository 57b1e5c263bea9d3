package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// visitor returns a browser that nobody has used yet, and how it opens a page:
// by a form, if there is one.
func visitor(t *testing.T, server *httptest.Server) func(path string, form url.Values) (status int, page string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	return func(path string, form url.Values) (int, string) {
		t.Helper()
		open := func() (*http.Response, error) { return browser.Get(server.URL + path) }
		if form != nil {
			open = func() (*http.Response, error) { return browser.PostForm(server.URL+path, form) }
		}
		resp, err := open()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
}

func open(t *testing.T) *httptest.Server {
	t.Helper()
	handler, err := newGuestbook(runtime.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func tokenIn(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no token in\n%s", page)
	}
	return m[1]
}

func TestSignedPageShowsTheEntryAndThanksOnce(t *testing.T) {
	server := open(t)
	ada := visitor(t, server)
	_, page := ada("/", nil)
	form := url.Values{"token": {tokenIn(t, page)}, "name": {"Ada"}, "text": {"I <3 engines"}}
	if _, page = ada("/sign", form); !strings.Contains(page, "<b>Ada</b>: I &lt;3 engines") || !strings.Contains(page, "Thank you, Ada.") {
		t.Errorf("after signing:\n%s", page)
	}
	if _, page = ada("/", nil); strings.Contains(page, "Thank you") || !strings.Contains(page, `name="name" value="Ada"`) {
		t.Errorf("later:\n%s", page)
	}
	if _, page = visitor(t, server)("/", nil); !strings.Contains(page, "<b>Ada</b>") || strings.Contains(page, `value="Ada"`) {
		t.Errorf("for another visitor:\n%s", page)
	}
}

func TestFormWithoutTheTokenIsRefused(t *testing.T) {
	server := open(t)
	eve, other := visitor(t, server), visitor(t, server)
	_, page := other("/", nil)
	eve("/", nil)
	for _, token := range []string{"", tokenIn(t, page)} {
		form := url.Values{"token": {token}, "name": {"Eve"}, "text": {"hello"}}
		if status, _ := eve("/sign", form); status != http.StatusForbidden {
			t.Errorf("token %q: status %d", token, status)
		}
	}
	if _, page := eve("/", nil); strings.Contains(page, "hello") {
		t.Error("the entry is in the book")
	}
}

func TestEmptyEntryIsRefused(t *testing.T) {
	ada := visitor(t, open(t))
	_, page := ada("/", nil)
	form := url.Values{"token": {tokenIn(t, page)}, "name": {"Ada"}, "text": {" "}}
	if status, _ := ada("/sign", form); status != http.StatusBadRequest {
		t.Errorf("status %d", status)
	}
}
