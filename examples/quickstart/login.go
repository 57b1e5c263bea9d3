package main

import (
	"crypto/rand"
	"net/http"
	"strings"
	"unicode/utf8"
)

// longestName is the most characters of a visitor's name.
const longestName = 40

// login lets the visitor in. A real site asks for a proof of the name here.
func (shop *site) login(w http.ResponseWriter, r *http.Request, session *Session) error {
	name := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > longestName {
		return errBadName
	}
	// Whoever knew the session until now, because he planted its cookie or saw
	// it, must not be logged in with the visitor: it gets a new id and secret,
	// and a new token, too.
	if err := session.Renew(r.Context()); err != nil {
		return err
	}
	session.SetToken(rand.Text())
	session.SetVisitor(name)
	session.SetNotice("Welcome, " + name + ". Your session has a new id now.")
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// logout ends the session, the cart in it included, for every copy of its
// cookie.
func (shop *site) logout(w http.ResponseWriter, r *http.Request, session *Session) error {
	if err := session.Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
