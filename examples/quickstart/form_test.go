package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

var formPaths = []string{"/login", "/logout", "/cart/add", "/cart/remove", "/devices/end", "/devices/end-others"}

func TestFormsAreRefusedWithoutTheVisitorsToken(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		token := b.get("/").token(t)
		cases := map[string]url.Values{
			"no token":                  {},
			"an empty one":              {"token": {""}},
			"a wrong one":               {"token": {strings.Repeat("A", len(token))}},
			"a part of it":              {"token": {token[:len(token)-1]}},
			"the token of someone else": {"token": {b.stranger().get("/").token(t)}},
		}
		for name, form := range cases {
			form.Set("tea", "sencha")
			form.Set("name", "Mallory")
			for _, path := range formPaths {
				if p := b.post(path, form); p.status != http.StatusForbidden {
					t.Errorf("%s with %s: status %d, not 403", path, name, p.status)
				}
			}
		}
		b.get("/").mustHave(t, "Hello, stranger.", "<strong>2</strong> times")
		b.get("/cart").mustHave(t, "It is empty")
	})
}

func TestFormsDoNotTakeTheTokenFromTheURL(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	query := url.Values{"token": {b.get("/").token(t)}, "tea": {"sencha"}}
	if p := b.post("/cart/add?"+query.Encode(), url.Values{"tea": {"sencha"}}); p.status != http.StatusForbidden {
		t.Errorf("status %d, not 403", p.status)
	}
}

func TestFormsAreRefusedToVisitorsWithoutASession(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	for _, token := range []string{"", "guess"} {
		if p := b.post("/login", url.Values{"token": {token}, "name": {"Ada"}}); p.status != http.StatusForbidden {
			t.Errorf("token %q: status %d, not 403", token, p.status)
		}
	}
	if b.cookie() != "" {
		t.Error("a refused form has made a session")
	}
}

func TestFormsAreForPOSTAlone(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	token := b.get("/").token(t)
	for _, path := range formPaths {
		p := b.get(path + "?tea=sencha&name=Ada&token=" + url.QueryEscape(token))
		if p.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: status %d, not 405", path, p.status)
		}
	}
}

func TestFormsAreBounded(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	if p := b.submit("/login", "name", strings.Repeat("a", largestForm)); p.status != http.StatusBadRequest {
		t.Errorf("status %d, not 400", p.status)
	}
}

func TestTokenStaysWhileTheVisitorDoes(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		token := b.submit("/cart/add", "tea", "sencha").token(t)
		for _, path := range []string{"/", "/cart", "/"} {
			if got := b.get(path).token(t); got != token {
				t.Errorf("%s has another token", path)
			}
		}
	})
}

func TestPagesOpenedSideBySideHaveOneToken(t *testing.T) {
	store := &interruption{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	sessions, err := NewSessions(runtime.Config{Store: store, Keys: testKeys, InsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := sessions.Issue(t.Context(), SessionFields{Visits: 1})
	if err != nil {
		t.Fatal(err)
	}
	b.client.Jar.SetCookies(b.base(), []*http.Cookie{cookie})
	other := b.twin()
	var meanwhile string
	store.set(func() { meanwhile = other.get("/").token(t) })

	if token := b.get("/").token(t); token != meanwhile || meanwhile == "" {
		t.Errorf("tokens %q and %q", token, meanwhile)
	}
}
