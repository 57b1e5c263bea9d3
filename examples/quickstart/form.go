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
	return shop.page(func(w http.ResponseWriter, r *http.Request, session *Session) error {
		r.Body = http.MaxBytesReader(w, r.Body, largestForm)
		if err := r.ParseForm(); err != nil {
			return errBadForm
		}
		if !session.HasToken() || !equal(session.GetToken(), r.PostFormValue("token")) {
			return errForeignForm
		}
		return handle(w, r, session)
	})
}

// equal compares secrets in a time that does not tell how much of a guess was
// right.
func equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
