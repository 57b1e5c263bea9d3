package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"html/template"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/sessiongen/sessiongen/runtime"
)

const (
	mostEntries = 100     // for which the book has room; the oldest give way
	largestForm = 4 << 10 // more than the form has, in bytes
)

type guestbook struct {
	sessions *Sessions

	mu      sync.Mutex
	entries []entry // the newest first
}

type entry struct{ Name, Text string }

// newGuestbook returns the handler of an empty book. Its cookies are for plain
// http, as on one's own machine.
func newGuestbook(store runtime.Store) (http.Handler, error) {
	sessions, err := NewSessions(runtime.Config{Store: store, InsecureHTTP: true})
	if err != nil {
		return nil, err
	}
	g := &guestbook{sessions: sessions}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", g.read)
	mux.HandleFunc("POST /sign", g.sign)
	return sessions.Middleware(http.MaxBytesHandler(mux, largestForm)), nil
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>Guestbook</title>
{{with .Notice}}<p><em>{{.}}</em></p>{{end}}
<form method="post" action="/sign">
<input type="hidden" name="token" value="{{.Values.Token}}">
<input name="name" value="{{.Values.Name}}" placeholder="Your name" required maxlength="40">
<input name="text" placeholder="Your words" required maxlength="400">
<button>Sign</button>
</form>
{{range .Entries}}<p><b>{{.Name}}</b>: {{.Text}}</p>
{{end}}`))

func (g *guestbook) read(w http.ResponseWriter, r *http.Request) {
	session, err := g.sessions.From(r.Context())
	if err == nil {
		err = ensureToken(r.Context(), session)
	}
	if err != nil {
		fail(w, err)
		return
	}
	g.mu.Lock()
	entries := slices.Clone(g.entries)
	g.mu.Unlock()
	view := struct {
		Notice  string
		Values  SessionFields
		Entries []entry
	}{session.PopNotice(), session.Values(), entries}
	if err := page.Execute(w, view); err != nil {
		log.Print(err) // the visitor went away, or the middleware has answered
	}
}

// ensureToken makes the token that guards the form when it is first shown. Pages
// that are opened side by side must end up with the same one: hence an update,
// which the store decides, and not a set.
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

func (g *guestbook) sign(w http.ResponseWriter, r *http.Request) {
	session, err := g.sessions.From(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	given := r.PostFormValue("token")
	if !session.HasToken() || subtle.ConstantTimeCompare([]byte(given), []byte(session.GetToken())) != 1 {
		http.Error(w, "This form is out of date. Please open the guestbook again.", http.StatusForbidden)
		return
	}
	e := entry{strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("text"))}
	if e.Name == "" || e.Text == "" {
		http.Error(w, "Please give a name and some words.", http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	g.entries = slices.Insert(g.entries, 0, e)
	g.entries = g.entries[:min(len(g.entries), mostEntries)]
	g.mu.Unlock()
	session.SetName(e.Name)
	session.SetNotice("Thank you, " + e.Name + ".")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
}
