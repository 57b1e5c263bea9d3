package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestNothingIsStoredOfAPageThatPanicsUnderARecoveryOutside(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		wantBroken(t, b, 0)
		if n := w.store.writes.Load(); n != 0 {
			t.Errorf("%d items are stored", n)
		}
		b.get("/").want(t, http.StatusOK, "Visit 1 of a stranger.\n", 1)
		stored := w.store.writes.Load()

		wantBroken(t, b, 0)
		if n := w.store.writes.Load(); n != stored {
			t.Errorf("%d items of a living session are stored", n-stored)
		}
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
	}, recoveredOutside)
}

// Seen from outside, the answer of a recovery within the session middleware is
// one like any other.
func TestWhatWasSetBeforeAPanicIsStoredUnderARecoveryInside(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		wantBroken(t, b, 1)
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
		wantBroken(t, b, 0)
		b.get("/").want(t, http.StatusOK, "Visit 4 of a stranger.\n", 0)
	}, recoveredInside)
}

func wantBroken(t *testing.T, b *browser, cookies int) {
	t.Helper()
	p := b.get("/broken")
	p.wantStatus(t, http.StatusInternalServerError)
	p.wantCookies(t, cookies)
}

// What Renew did is done: without the new cookie the visitor would lose the session.
func TestCookieOfARenewedSessionIsSentThoughTheHandlerPanics(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		b := w.browser()
		b.get("/")
		w.site.greet = func(string) string { panic("who is this?") }
		p := b.post("/login", "user", "Ada")
		p.wantStatus(t, http.StatusInternalServerError)
		p.wantCookies(t, 1)
		wantCaching(t, p, "no-store")
		p = b.get("/")
		p.wantCookies(t, 0)
		if !strings.HasPrefix(p.body, "Visit 2 of ") { // of whom, depends on the recovery
			t.Errorf("the session is lost: %q", p.body)
		}
	}, recoveredOutside, recoveredInside)
}

func TestNothingIsStoredOfAPageThatPanicsWithoutARecovery(t *testing.T) {
	w := newWorld(t, nil)
	w.serve(w.site.sessions.Middleware(netHTTPRoutes(w.site)), false)
	b := w.browser()
	if resp, err := b.client.Get(w.url + "/broken"); err == nil {
		resp.Body.Close()
		t.Errorf("an answer came, of status %d", resp.StatusCode)
	}
	if n := w.store.writes.Load(); n != 0 {
		t.Errorf("%d items are stored", n)
	}
}
