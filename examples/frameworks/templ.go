package main

import (
	"cmp"
	"context"
	"net/http"

	"github.com/a-h/templ"
)

//go:generate go tool templ generate -f templ_pages.templ

// templSite serves the site with pages of templ's, which are handlers like any
// other.
func templSite(s *site) http.Handler {
	return recovered(s.sessions.Middleware(templRoutes(s)))
}

func templRoutes(s *site) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", netHTTPRoutes(s))
	mux.HandleFunc("GET /{$}", s.page(serveTemplFront))
	mux.HandleFunc("GET /headlines", s.page(s.serveTemplHeadlines))
	return mux
}

// serveTemplFront changes the session before it renders the page. templ renders it
// into memory first: if a component panics, nothing was sent, and nothing is stored.
func serveTemplFront(w http.ResponseWriter, r *http.Request, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	user := cmp.Or(session.GetUser(), "a stranger")
	templ.Handler(document(front(session.PopNotice(), session.GetVisits(), user))).ServeHTTP(w, r)
	return nil
}

// serveTemplHeadlines streams its page. The first flush stores what was set before,
// and sends the cookie: behind it no session can be created or renewed.
//
// With streaming, templ sends what it has buffered also while a panic of a
// component unwinds. To the sessions that is an answer as any other: what was set
// is stored.
func (s *site) serveTemplHeadlines(w http.ResponseWriter, r *http.Request, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	templ.Handler(document(headlines(session, s.news)), templ.WithStreaming()).ServeHTTP(w, r)
	return nil
}

// counted counts a headline in the middle of the page, and returns it. Without the
// Save it would be stored at the end of the page.
func counted(ctx context.Context, session *Session, line string) (string, error) {
	session.SetVisits(session.GetVisits() + 1)
	return line, session.Save(ctx)
}
