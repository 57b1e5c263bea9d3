// Package before is the app on the classic recipe: a cookie with a UUID, and
// memcache, which keeps each variable under <session id>-<name> for 24 hours.
package before

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/bradfitz/gomemcache/memcache"
)

type app struct{ cache *memcache.Client }

// Handler returns the app.
func Handler(cache *memcache.Client) http.Handler {
	app := app{cache}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.page)
	mux.HandleFunc("POST /login", app.login)
	mux.HandleFunc("POST /logout", app.logout)
	return http.NewCrossOriginProtection().Handler(mux)
}

func (app app) page(w http.ResponseWriter, r *http.Request) {
	id := initSession(w, r)
	user, err1 := getSessionVar(app.cache, id, "user")
	count, err2 := getSessionVar(app.cache, id, "visits")
	notice, err3 := getSessionVar(app.cache, id, "notice")
	visits, _ := strconv.Atoi(count) // 0 if it is not set
	visits++
	err4 := setSessionVar(app.cache, id, "visits", strconv.Itoa(visits))
	err5 := setSessionVar(app.cache, id, "notice", "")
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Hello %s, visit number %d. %s\n", user, visits, notice)
}

// login lets the visitor in. A real app asks for a proof of the name here. Whoever
// knew the id until now must not be logged in with the visitor, so there is a new one.
func (app app) login(w http.ResponseWriter, r *http.Request) {
	id := beginSession(w)
	var visits string
	var err1, err2 error
	if old, ok := sessionID(r); ok {
		visits, err1 = getSessionVar(app.cache, old, "visits")
		err2 = endSession(app.cache, old)
	}
	err3 := setSessionVar(app.cache, id, "visits", visits)
	err4 := setSessionVar(app.cache, id, "user", r.PostFormValue("name"))
	err5 := setSessionVar(app.cache, id, "notice", "You are logged in.")
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (app app) logout(w http.ResponseWriter, r *http.Request) {
	if id, ok := sessionID(r); ok {
		if err := endSession(app.cache, id); err != nil {
			http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: CookieName, Path: "/", MaxAge: -1})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
