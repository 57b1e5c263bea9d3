// Package before is the app on alexedwards/scs.
package before

import (
	"fmt"
	"net/http"

	"github.com/alexedwards/scs/v2"
)

// NewManager returns sessions that are kept in a store.
func NewManager(store scs.Store) *scs.SessionManager {
	sessions := scs.New()
	sessions.Store = store
	sessions.Cookie.Secure = true
	return sessions
}

type app struct{ sessions *scs.SessionManager }

// Handler returns the app.
func Handler(sessions *scs.SessionManager) http.Handler {
	app := app{sessions}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.page)
	mux.HandleFunc("POST /login", app.login)
	mux.HandleFunc("POST /logout", app.logout)
	return http.NewCrossOriginProtection().Handler(sessions.LoadAndSave(mux))
}

func (app app) page(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	app.sessions.Put(ctx, "visits", app.sessions.GetInt(ctx, "visits")+1)
	notice := app.sessions.PopString(ctx, "notice")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Hello %s, visit number %d. %s\n", app.sessions.GetString(ctx, "user"), app.sessions.GetInt(ctx, "visits"), notice)
}

// login lets the visitor in. A real app asks for a proof of the name here.
func (app app) login(w http.ResponseWriter, r *http.Request) {
	if err := app.sessions.RenewToken(r.Context()); err != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	app.sessions.Put(r.Context(), "user", r.PostFormValue("name"))
	app.sessions.Put(r.Context(), "notice", "You are logged in.")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (app app) logout(w http.ResponseWriter, r *http.Request) {
	if err := app.sessions.Destroy(r.Context()); err != nil {
		http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
