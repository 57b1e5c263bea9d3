package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
)

// A site is what every router here serves: a front page that counts visits, a
// login and a logout, a story that comes from elsewhere, news that are streamed,
// and a page with a mistake in it. This file knows of no router.
type site struct {
	sessions *Sessions
	greet    func(user string) string
	story    func(*Session) io.Reader
	news     <-chan string // closed when there are no more
}

// frontPage counts the visit, and returns the page.
func frontPage(session *Session) string {
	session.SetVisits(session.GetVisits() + 1)
	page := fmt.Sprintf("Visit %d of %s.\n", session.GetVisits(), cmp.Or(session.GetUser(), "a stranger"))
	if notice := session.PopNotice(); notice != "" {
		page = notice + "\n" + page
	}
	return page
}

// login makes the session that of the user. It is renewed first: whoever knew
// its cookie before must not be logged in as well.
func (s *site) login(ctx context.Context, session *Session, user string) error {
	if err := session.Renew(ctx); err != nil {
		return err
	}
	session.SetUser(user)
	session.SetNotice(s.greet(user))
	return nil
}

// brokenPage is a page with a mistake, which shows when the session is changed
// already.
func brokenPage(session *Session) {
	session.SetVisits(session.GetVisits() + 1)
	panic("this page has a mistake")
}

// statusOf returns what to answer where a session can't be had, or stored.
func statusOf(err error) int {
	switch {
	case errors.Is(err, runtime.ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.Is(err, runtime.ErrEnded):
		return http.StatusConflict // another request has logged out meanwhile
	}
	return http.StatusInternalServerError
}
