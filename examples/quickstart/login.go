package main

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/runtime"
)

// longestName is the most characters of a visitor's name.
const longestName = 40

// stayFor is how long a visitor stays logged in who asks for it.
const stayFor = 30 * 24 * time.Hour

// login lets the visitor in. A real site asks for a proof of the name here.
func (shop *site) login(w http.ResponseWriter, r *http.Request, session *Session) error {
	name := strings.Join(strings.Fields(r.PostFormValue("name")), " ")
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > longestName {
		return errBadName
	}
	if session.HasVisitor() && session.GetVisitor() != name {
		// What is in the session is somebody else's.
		if err := session.Destroy(r.Context()); err != nil {
			return err
		}
	}
	// Whoever knew the session until now, because he planted its cookie or saw
	// it, must not be logged in with the visitor: Login gives it a new id and
	// secret, and this a new token, too. What is set before Login is stored together
	// with it, or not at all. The account is the name here; where names can change,
	// it is the user's id.
	session.SetToken(rand.Text())
	session.SetVisitor(name)
	session.SetNotice("Welcome, " + name + ". Your session has a new id now.")
	options := []runtime.RenewOption{runtime.Label(labelOf(r.UserAgent()))}
	if r.PostFormValue("stay") != "" {
		options = append(options, runtime.Remember(stayFor))
	}
	if err := session.Login(r.Context(), name, options...); err != nil {
		return err
	}
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
