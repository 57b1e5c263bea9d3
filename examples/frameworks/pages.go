package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// This file has the pages of the site for every router that takes an
// [http.HandlerFunc].

// A pageFunc answers a request with the session at hand. If it returns an error
// it has not written anything.
type pageFunc func(http.ResponseWriter, *http.Request, *Session) error

// page gives p the session, and shows its error.
func (s *site) page(p pageFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session, err := s.sessions.From(r.Context())
		if err == nil {
			err = p(w, r, session)
		}
		if err != nil {
			s.sessions.Error(w, r, err)
		}
	}
}

func (s *site) serveFront(w http.ResponseWriter, r *http.Request, session *Session) error {
	fmt.Fprint(w, frontPage(session))
	return nil
}

func (s *site) serveLogin(w http.ResponseWriter, r *http.Request, session *Session) error {
	if err := s.login(r.Context(), session, r.FormValue("user")); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

func (s *site) serveLogout(w http.ResponseWriter, r *http.Request, session *Session) error {
	if err := session.Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

// serveStory copies the story. The session is stored when its first byte is
// there, so telling it may use the session; if none comes, nothing is sent yet,
// and there is time to say so.
func (s *site) serveStory(w http.ResponseWriter, r *http.Request, session *Session) error {
	if n, err := io.Copy(w, s.story(session)); err != nil && n == 0 {
		session.SetNotice("The story is not there.")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
	return nil
}

// serveNews streams the news as server-sent events. The first Flush stores the
// session and sends the cookie. What is set later needs a Save, or is stored
// when the stream ends.
func (s *site) serveNews(w http.ResponseWriter, r *http.Request, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	stream := http.NewResponseController(w)
	if err := stream.SetWriteDeadline(time.Time{}); err != nil { // it outlives the server's WriteTimeout
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		if stream.Flush() != nil {
			return nil // the client, or the session, is gone
		}
		select {
		case <-r.Context().Done():
			return nil
		case line, ok := <-s.news:
			if !ok {
				return nil
			}
			fmt.Fprintf(w, "data: %s\n\n", line)
		}
	}
}

func (s *site) serveBroken(w http.ResponseWriter, r *http.Request, session *Session) error {
	brokenPage(session)
	return nil
}
