package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
)

// largestForm is more than any form of the shop has, in bytes.
const largestForm = 4 << 10

// ensureToken makes the token that guards the forms when a page first needs
// it. Pages that are opened side by side must end up with the same one: hence
// an update, which the store decides, and not a set.
func ensureToken(ctx context.Context, session *Session) error {
	if session.HasToken() {
		return nil
	}
	return session.UpdateToken(ctx, func(token *string) error {
		if *token == "" {
			*token = rand.Text()
		}
		return nil
	})
}

// form is page for the shop's own forms: it refuses those that another site
// has made the browser send, because that site can't know the token.
func (shop *site) form(handle sessionHandler) http.HandlerFunc {
	return shop.guarded(bearsToken, handle)
}

// loginForm is form for the login, whose token may be that of a session which is
// over: when the button is clicked twice, the first click renews the session, and
// the browser throws away the answer to it, with the new cookie. So the form is
// good, too, if the browser says that it is on a page of the shop itself.
func (shop *site) loginForm(handle sessionHandler) http.HandlerFunc {
	return shop.guarded(func(r *http.Request, session *Session) bool {
		return bearsToken(r, session) || r.Header.Get("Sec-Fetch-Site") == "same-origin"
	}, handle)
}

func (shop *site) guarded(ours func(*http.Request, *Session) bool, handle sessionHandler) http.HandlerFunc {
	return shop.page(func(w http.ResponseWriter, r *http.Request, session *Session) error {
		r.Body = http.MaxBytesReader(w, r.Body, largestForm)
		if err := r.ParseForm(); err != nil {
			return errBadForm
		}
		if !ours(r, session) {
			return errForeignForm
		}
		return handle(w, r, session)
	})
}

// bearsToken tells whether a form has the token of the session.
func bearsToken(r *http.Request, session *Session) bool {
	return session.HasToken() && equal(session.GetToken(), r.PostFormValue("token"))
}

// equal compares secrets in a time that does not tell how much of a guess was
// right.
func equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
