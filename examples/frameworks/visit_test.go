package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestFirstVisitSendsOneCookieAndTheNextFindsTheSession(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		first := b.get("/")
		first.want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
		wantCaching(t, first, "no-store")
		session := b.session()

		second := b.get("/")
		second.want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
		wantCaching(t, second, "private")
		if b.session() != session {
			t.Error("the second visit has another cookie")
		}
		w.browser().get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
	}, recoveredOutside, recoveredInside)
}

// wantCaching checks that no shared cache gives the page to others.
func wantCaching(t *testing.T, p page, control string) {
	t.Helper()
	if got := p.Header["Cache-Control"]; len(got) != 1 || got[0] != control {
		t.Errorf("Cache-Control %q, not %q", got, control)
	}
	if vary := strings.Join(p.Header["Vary"], ", "); !strings.Contains(vary, "Cookie") {
		t.Errorf("Vary %q: without Cookie", vary)
	}
}

func TestLoginGivesAnotherCookieAndLogoutTakesItAway(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/")
		stranger := b.session()

		p := b.post("/login", "user", "Ada")
		p.wantStatus(t, http.StatusSeeOther)
		p.wantCookies(t, 1)
		if b.session() == stranger || b.session() == "" {
			t.Fatalf("the cookie after the login is %q, before it was %q", b.session(), stranger)
		}
		b.get("/").want(t, http.StatusOK, "Welcome, Ada.\nVisit 2 of Ada.\n", 0)
		b.get("/").want(t, http.StatusOK, "Visit 3 of Ada.\n", 0)

		p = b.post("/logout")
		p.wantStatus(t, http.StatusSeeOther)
		p.wantCookies(t, 1)
		if b.session() != "" {
			t.Error("the cookie is still there after the logout")
		}
		b.get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
	}, recoveredOutside, recoveredInside)
}

func TestLoginOfANewVisitorSendsOneCookie(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		p := b.post("/login", "user", "Ada")
		p.wantStatus(t, http.StatusSeeOther)
		p.wantCookies(t, 1)
		b.get("/").want(t, http.StatusOK, "Welcome, Ada.\nVisit 1 of Ada.\n", 0)
	}, recoveredOutside, recoveredInside)
}

func TestNoPageIsShownWhoseSessionIsNotStored(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		check := func() {
			t.Helper()
			p := b.get("/")
			p.wantStatus(t, http.StatusServiceUnavailable)
			p.wantCookies(t, 0)
			if strings.Contains(p.body, "Visit") {
				t.Errorf("the page was shown: %q", p.body)
			}
		}
		w.store.down.Store(true)
		check() // a new visitor's, which can't be stored
		w.store.down.Store(false)
		b.get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
		w.store.down.Store(true)
		check() // one that can't be loaded
		w.store.down.Store(false)
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
	}, recoveredOutside, recoveredInside)
}
