package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"slices"

	"github.com/sessiongen/sessiongen/runtime"
)

var choices = []string{"tabs", "spaces"}

// largestForm is more than the form has, in bytes.
const largestForm = 4 << 10

type poll struct {
	sessions *Sessions
	votes    *votes
}

// newPoll returns the handler of a poll without votes. Its cookies are for plain
// http, as on one's own machine. What other sites make a browser send, net/http
// refuses.
func newPoll(store runtime.Store) (http.Handler, error) {
	sessions, err := NewSessions(runtime.Config{Store: store, InsecureHTTP: true})
	if err != nil {
		return nil, err
	}
	p := poll{sessions, newVotes()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("POST /vote", p.vote)
	mux.HandleFunc("GET /events", p.events)
	guarded := http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(mux, largestForm))
	return sessions.Middleware(guarded), nil
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<title>Poll</title>
<h1>Tabs or spaces?</h1>
{{if .Choice}}<p>You voted for {{.Choice}}. {{with .Unseen}}New since you looked: {{.}}.{{end}}</p>
<pre id="votes"></pre>
<script>
new EventSource("/events").onmessage = e => document.getElementById("votes").textContent = e.data
</script>
{{else}}<form method="post" action="/vote">
{{range .Choices}}<button name="choice" value="{{.}}">{{.}}</button>
{{end}}</form>
{{end}}`))

func (p poll) show(w http.ResponseWriter, r *http.Request) {
	session, err := p.sessions.From(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	_, total, _ := p.votes.now()
	view := struct {
		Choice  string
		Unseen  int
		Choices []string
	}{session.GetChoice(), total - session.GetSeen(), choices}
	if err := page.Execute(w, view); err != nil {
		log.Print(err) // the visitor went away, or the middleware has answered
	}
}

// errVoted says that the visitor has voted before.
var errVoted = errors.New("you have voted")

// vote counts a vote. Of two that are sent at once the store takes one, and only
// that one is counted.
func (p poll) vote(w http.ResponseWriter, r *http.Request) {
	choice := r.PostFormValue("choice")
	if !slices.Contains(choices, choice) {
		http.Error(w, "That is not one of the choices.", http.StatusBadRequest)
		return
	}
	session, err := p.sessions.From(r.Context())
	if err == nil {
		err = session.UpdateChoice(r.Context(), func(voted *string) error {
			if *voted != "" {
				return errVoted
			}
			*voted = choice
			return nil
		})
	}
	switch {
	case err == nil:
		p.votes.add(choice)
	case !errors.Is(err, errVoted):
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// events sends the votes to those who have voted, for as long as they look. The
// session lives already, so what is set after the first byte can be saved.
func (p poll) events(w http.ResponseWriter, r *http.Request) {
	session, err := p.sessions.From(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	if !session.HasChoice() {
		w.WriteHeader(http.StatusNoContent) // which a browser takes for the end
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		counts, total, changed := p.votes.now()
		data, err := json.Marshal(counts)
		if err != nil {
			log.Print(err)
			return
		}
		fmt.Fprintf(w, "data: %s\n\n", data)
		if err := http.NewResponseController(w).Flush(); err != nil {
			return // the visitor went away
		}
		session.SetSeen(total)
		if err := session.Save(r.Context()); err != nil {
			log.Print(err)
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func fail(w http.ResponseWriter, err error) {
	log.Print(err)
	http.Error(w, "Please try again in a moment.", http.StatusServiceUnavailable)
}
