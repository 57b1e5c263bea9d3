package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// login logs the browser in and returns the cookie that it gets.
func (b *browser) login(t *testing.T, fields ...string) *http.Cookie {
	t.Helper()
	form := url.Values{"token": {b.get("/").token(t)}, "name": {"Ada"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	follow := b.client.CheckRedirect
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer func() { b.client.CheckRedirect = follow }()
	p := b.post("/login", form)
	cookie, err := http.ParseSetCookie(p.header.Get("Set-Cookie"))
	if p.status != http.StatusSeeOther || err != nil {
		t.Fatalf("status %d, %v:\n%s", p.status, err, p.body)
	}
	return cookie
}

func TestVisitorsStayLoggedInIfTheyAskForIt(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.get("/").mustHave(t, `type="checkbox" name="stay"`)
		const month = 30 * 24 * 60 * 60
		for _, c := range []struct {
			fields []string
			maxAge int
		}{
			{nil, 0},
			{[]string{"stay", "yes"}, month},
			{nil, 0}, // what the login before has asked for is over
			{[]string{"stay", ""}, 0},
		} {
			cookie := b.login(t, c.fields...)
			if cookie.MaxAge != c.maxAge || !cookie.Expires.IsZero() {
				t.Errorf("%q: Set-Cookie: %s", c.fields, cookie)
			}
			p := b.get("/")
			p.mustHave(t, "Hello, Ada.")
			if p.header.Get("Set-Cookie") != "" {
				t.Error("the next page has set the cookie again")
			}
		}
		if n := len(b.get("/devices").devices(t)); n != 1 {
			t.Errorf("one browser is %d devices", n)
		}
	})
}

func TestLoginAsSomebodyElseTakesNothingAlong(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		b.submit("/login", "name", "Ada")
		b.submit("/cart/add", "tea", "assam")
		old, other := b.twin(), b.stranger()
		other.submit("/login", "name", "Ada")

		b.submit("/login", "name", "Bob").mustHave(t, "Hello, Bob.", "your first visit")

		b.get("/cart").mustHave(t, "It is empty")
		b.get("/devices").mustList(t, 0, "Go-http-client/1.1")
		other.get("/devices").mustList(t, 0, "Go-http-client/1.1")
		old.get("/").mustHave(t, "Hello, stranger.")
	})
}

func TestLoginClickedTwiceLogsIn(t *testing.T) {
	store := &interruption{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	form := url.Values{"token": {b.get("/").token(t)}, "name": {"Ada"}}
	first := b.twin()
	store.set(func() { first.post("/login", form).mustHave(t, "Hello, Ada.") })

	b.post("/login", form).mustHave(t, "Hello, Ada.")

	first.get("/").mustHave(t, "Hello, Ada.")
}

// The browser waits for the second request alone: the answer to the first, and the
// cookie in it, are lost.
func TestLoginClickedTwiceLogsInWithoutTheFirstAnswer(t *testing.T) {
	onEachStorage(t, func(t *testing.T, b *browser) {
		form := url.Values{"token": {b.get("/").token(t)}, "name": {"Ada"}}
		first := b.twin()
		first.post("/login", form).mustHave(t, "Hello, Ada.")

		b.from("same-origin").post("/login", form).mustHave(t, "Hello, Ada.")

		b.get("/").mustHave(t, "Hello, Ada.")
		first.get("/").mustHave(t, "Hello, Ada.")
	})
}

func TestLoginFromElsewhereNeedsTheToken(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	form := url.Values{"token": {b.get("/").token(t) + "A"}, "name": {"Mallory"}}
	for _, site := range []string{"same-site", "cross-site", "none", "", "Same-Origin"} {
		b.from(site).post("/login", form).mustBe(t, http.StatusForbidden, "out of date")
	}
	b.get("/").mustHave(t, "Hello, stranger.")
}

func TestOtherFormsOfTheShopNeedTheToken(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	b.submit("/login", "name", "Ada")
	for _, path := range formPaths {
		if path != "/login" {
			b.from("same-origin").post(path, url.Values{"tea": {"assam"}}).mustBe(t, http.StatusForbidden, "out of date")
		}
	}
	b.get("/").mustHave(t, "Hello, Ada.")
}

func TestLoginBesideALogoutLogsIn(t *testing.T) {
	store := &interruption{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	form := url.Values{"token": {b.submit("/cart/add", "tea", "assam").token(t)}, "name": {"Ada"}}
	other := b.twin()
	store.set(func() { other.post("/logout", form) })

	b.post("/login", form).mustHave(t, "Hello, Ada.")

	if cart := b.get("/cart").body; strings.Contains(cart, "<b>Assam</b>") {
		t.Error("what the logout has ended is back")
	}
}

func TestLoginThatTheStoreDoesNotTakeLogsNobodyIn(t *testing.T) {
	store := &brittle{Store: runtime.NewMemory()}
	b := newBrowser(t, openShop(t, storage{Store: store}))
	token := b.submit("/cart/add", "tea", "assam").token(t)
	cookie := b.cookie()

	store.full = true
	p := b.post("/login", url.Values{"token": {token}, "name": {"Ada"}})
	store.full = false

	p.mustBe(t, http.StatusServiceUnavailable, "You are not logged out")
	if p.header.Get("Set-Cookie") != "" || b.cookie() != cookie {
		t.Error("the cookie has been touched")
	}
	b.get("/").mustHave(t, "Hello, stranger.")
	b.get("/cart").mustHave(t, "<b>Assam</b>")
	b.submit("/login", "name", "Ada").mustHave(t, "Hello, Ada.")
	if n := len(b.get("/devices").devices(t)); n != 1 {
		t.Errorf("%d devices, not 1", n)
	}
}

func TestNamesAsLongAsTheyMayBeAreAccounts(t *testing.T) {
	b := newBrowser(t, openShop(t, inMemory()))
	name := strings.Repeat("\U0001f375", longestName)
	b.submit("/login", "name", name).mustHave(t, name)
	if n := len(b.get("/devices").devices(t)); n != 1 {
		t.Errorf("%d devices, not 1", n)
	}
}
