// Package after is the app on sessiongen.
package after

import (
	"fmt"
	"net/http"
)

type app struct{ sessions *Sessions }

// Handler returns the app. It is the same while visitors move, and afterwards.
func Handler(sessions *Sessions) http.Handler {
	app := app{sessions}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.page)
	mux.HandleFunc("POST /login", app.login)
	mux.HandleFunc("POST /logout", app.logout)
	return http.NewCrossOriginProtection().Handler(sessions.Middleware(mux))
}

func (app app) page(w http.ResponseWriter, r *http.Request) {
	s, err := app.sessions.From(r.Context())
	if err == nil {
		err = s.UpdateVisits(r.Context(), func(visits *int) error { *visits++; return nil })
	}
	if err != nil {
		app.sessions.Error(w, r, err)
		return
	}
	notice := s.PopNotice()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Hello %s, visit number %d. %s\n", s.GetUser(), s.GetVisits(), notice)
}

// login lets the visitor in. A real app asks for a proof of the name here.
func (app app) login(w http.ResponseWriter, r *http.Request) {
	s, err := app.sessions.From(r.Context())
	if err == nil {
		err = s.Renew(r.Context())
	}
	if err != nil {
		app.sessions.Error(w, r, err)
		return
	}
	s.SetUser(r.PostFormValue("name"))
	s.SetNotice("You are logged in.")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (app app) logout(w http.ResponseWriter, r *http.Request) {
	s, err := app.sessions.From(r.Context())
	if err == nil {
		err = s.Destroy(r.Context())
	}
	if err != nil {
		app.sessions.Error(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
