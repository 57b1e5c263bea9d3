// Package before is the app on gorilla/sessions.
package before

import (
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"
)

// Name is the name of the session, and of its cookie.
const Name = "shop"

// NewStore returns a store that keeps all of a session in its cookie.
func NewStore(key []byte) *sessions.CookieStore {
	store := sessions.NewCookieStore(key)
	store.Options.HttpOnly = true
	store.Options.SameSite = http.SameSiteLaxMode
	return store
}

type app struct{ store sessions.Store }

// Handler returns the app.
func Handler(store sessions.Store) http.Handler {
	app := app{store}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.page)
	mux.HandleFunc("POST /login", app.login)
	mux.HandleFunc("POST /logout", app.logout)
	return http.NewCrossOriginProtection().Handler(mux)
}

func (app app) page(w http.ResponseWriter, r *http.Request) {
	session, _ := app.store.Get(r, Name) // a cookie that can't be read is a new session
	user, _ := session.Values["user"].(string)
	visits, _ := session.Values["visits"].(int)
	session.Values["visits"] = visits + 1
	notice := ""
	for _, flash := range session.Flashes() {
		notice = flash.(string)
	}
	if err := session.Save(r, w); err != nil { // before the first byte
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Hello %s, visit number %d. %s\n", user, visits+1, notice)
}

// login lets the visitor in. A real app asks for a proof of the name here.
func (app app) login(w http.ResponseWriter, r *http.Request) {
	session, _ := app.store.Get(r, Name)
	session.Values["user"] = r.PostFormValue("name")
	session.AddFlash("You are logged in.")
	if err := session.Save(r, w); err != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (app app) logout(w http.ResponseWriter, r *http.Request) {
	session, _ := app.store.Get(r, Name)
	session.Options.MaxAge = -1
	if err := session.Save(r, w); err != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
