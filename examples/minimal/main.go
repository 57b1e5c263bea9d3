// Minimal counts the visits of each visitor. From the root of the repository:
//
//	go run ./examples/minimal
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
)

//go:generate go tool sessiongen
type SessionFields struct {
	Visits int
	Cart   []string `session:",lazy"` // fetched only where it is used
}

func main() {
	// InsecureHTTP is for http://localhost: leave it out on https.
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		log.Fatal(err)
	}
	log.Print("open http://localhost:8080")
	log.Fatal(http.ListenAndServe("localhost:8080", site(sessions)))
}

func site(sessions *Sessions) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context()) // loads the session, in one round trip
		if err != nil {
			sessions.Error(w, r, err) // logs it and answers 503: nobody is logged out by an outage
			return
		}
		s.SetVisits(s.GetVisits() + 1) // plain memory; stored before the response begins
		fmt.Fprintf(w, "Visit number %d\n", s.GetVisits())
	})
	return sessions.Middleware(mux)
}
