package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func (p page) mustHave(t *testing.T, texts ...string) {
	t.Helper()
	if p.status != http.StatusOK {
		t.Fatalf("status %d, not 200:\n%s", p.status, p.body)
	}
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Fatalf("no %q in this page:\n%s", text, p.body)
		}
	}
}

func (p page) mustLack(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Fatalf("%q in this page:\n%s", text, p.body)
		}
	}
}

func TestVisitsAreCountedForEachVisitor(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.get("/").mustHave(t, "your first visit")
		b.get("/").mustHave(t, "<strong>2</strong> times")
		b.get("/").mustHave(t, "<strong>3</strong> times")
		b.stranger().get("/").mustHave(t, "your first visit")
	})
}

func TestLoginRenewsTheSessionAndKeepsItsVariables(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.submit("/cart/add", "tea", "assam")
		before, token, old := b.cookie(), b.get("/").token(t), b.twin()

		p := b.submit("/login", "name", "  Ada   <Lovelace> ")

		p.mustHave(t, "Hello, Ada &lt;Lovelace&gt;.", "Log out", "<strong>4</strong> times")
		if b.cookie() == before {
			t.Error("the cookie has not changed")
		}
		if p.token(t) == token {
			t.Error("the token has not changed")
		}
		b.get("/cart").mustHave(t, "<b>Assam</b>")
		old.get("/").mustLack(t, "Lovelace")
		old.get("/cart").mustLack(t, "<b>Assam</b>")
	})
}

func TestLoginRefusesABadName(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	for _, name := range []string{"", "   ", "\xff", strings.Repeat("é", 41)} {
		if p := b.submit("/login", "name", name); p.status != http.StatusBadRequest {
			t.Errorf("name %q: status %d, not 400", name, p.status)
		}
	}
	b.submit("/login", "name", strings.Repeat("é", 40)).mustHave(t, "Log out")
}

func TestLogoutDestroysTheSession(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.submit("/cart/add", "tea", "assam")
		b.submit("/login", "name", "Ada")
		old := b.twin()

		b.submit("/logout").mustHave(t, "Hello, stranger.", "your first visit")

		b.get("/cart").mustHave(t, "It is empty")
		old.get("/cart").mustHave(t, "It is empty")
		old.get("/").mustHave(t, "Hello, stranger.", "your first visit")
	})
}

func TestLogoutRemovesTheCookie(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	b.get("/")
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if p := b.submit("/logout"); p.status != http.StatusSeeOther {
		t.Fatalf("status %d, not 303", p.status)
	}
	if b.cookie() != "" {
		t.Error("the cookie is still there")
	}
}

func TestNoticeIsShownOnce(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.submit("/cart/add", "tea", "sencha").mustHave(t, "Sencha is in your cart.")
		b.get("/cart").mustLack(t, "Sencha is in your cart.")
		b.get("/").mustLack(t, "Sencha is in your cart.")
	})
}

func TestCartHoldsWhatIsAddedUntilItIsRemoved(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.get("/cart").mustHave(t, "It is empty")
		b.submit("/cart/add", "tea", "sencha")
		b.submit("/cart/add", "tea", "rooibos")
		b.submit("/cart/add", "tea", "sencha").mustHave(t, "2 × €8.90", "1 × €6.20", "<b>€24.00</b>")

		p := b.submit("/cart/remove", "tea", "sencha")

		p.mustHave(t, "<b>Rooibos</b>", "<b>€6.20</b>")
		p.mustLack(t, "<b>Sencha</b>")
		b.submit("/cart/remove", "tea", "rooibos").mustHave(t, "It is empty")
		b.stranger().get("/cart").mustHave(t, "It is empty")
	})
}

func TestCartRefusesWhatTheShopDoesNotSell(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	for _, path := range []string{"/cart/add", "/cart/remove"} {
		if p := b.submit(path, "tea", "coffee"); p.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, not 400", path, p.status)
		}
	}
	b.get("/cart").mustHave(t, "It is empty")
}

func TestConcurrentAddsToTheCartAllCount(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		form := url.Values{"token": {b.get("/").token(t)}, "tea": {"oolong"}}
		var clicks sync.WaitGroup
		for range 8 {
			window := b.twin()
			clicks.Go(func() {
				resp, err := window.client.PostForm(window.copies[0]+"/cart/add", form)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
			})
		}
		clicks.Wait()
		b.get("/cart").mustHave(t, "8 × €11.50")
	})
}

func TestCartIsFetchedOnItsOwnPageAlone(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	b.get("/").mustHave(t, "not fetched: this page does without")
	b.submit("/cart/add", "tea", "sencha").mustHave(t, "fetched here")
	b.get("/").mustHave(t, "not fetched: this page does without")
}

func TestReadingMakesNoSession(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	p := b.get("/cart")
	p.mustHave(t, "It is empty", "nothing is stored yet")
	if b.cookie() != "" || tokenField.MatchString(p.body) {
		t.Error("it has made one")
	}
}

func TestPanelShowsTheIDAndNeverTheSecret(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	first := b.get("/")
	first.mustHave(t, "Yes, made for this page", "Kept in")
	id, secret, ok := strings.Cut(b.cookie(), ".")
	if !ok {
		t.Fatalf("the cookie %q is not id.secret", b.cookie())
	}
	first.mustHave(t, id)
	first.mustLack(t, secret)
	for _, path := range []string{"/", "/cart"} {
		p := b.get(path)
		p.mustHave(t, id, "No, loaded in one round trip")
		p.mustLack(t, secret)
	}
}

func TestFilesCostNoSession(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	for path, kind := range map[string]string{"/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml"} {
		p := b.get(path)
		p.mustHave(t)
		if got := p.header.Get("Content-Type"); got != kind {
			t.Errorf("%s: Content-Type %q, not %q", path, got, kind)
		}
		if p.header.Get("Vary") != "" || b.cookie() != "" {
			t.Errorf("%s has touched the session", path)
		}
	}
}
