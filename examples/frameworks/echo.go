package main

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

// echoSite serves the site with echo, which makes a middleware of its own of one
// of net/http's. The first of Use is the outermost.
//
// An error that a handler returns is answered outside of the sessions, but it is
// an answer as any other: what the handler had set is stored.
func echoSite(s *site) http.Handler {
	e := echo.New()
	e.Use(middleware.Recover(), echo.WrapMiddleware(s.sessions.Middleware))
	echoRoutes(e, s)
	return e
}

func echoRoutes(e *echo.Echo, s *site) {
	e.GET("/", s.echoPage(echoFront))
	e.POST("/login", s.echoPage(s.echoLogin))
	e.POST("/logout", s.echoPage(echoLogout))
	e.GET("/story", s.echoPage(s.echoStory))
	e.GET("/news", s.echoPage(s.echoNews))
	e.GET("/broken", s.echoPage(echoBroken))
}

// echoPage gives p the session, and makes its error one of echo's.
func (s *site) echoPage(p func(*echo.Context, *Session) error) echo.HandlerFunc {
	return func(c *echo.Context) error {
		session, err := s.sessions.From(c.Request().Context())
		if err == nil {
			err = p(c, session)
		}
		if err != nil {
			return echo.NewHTTPError(statusOf(err), http.StatusText(statusOf(err))).Wrap(err)
		}
		return nil
	}
}

func echoFront(c *echo.Context, session *Session) error {
	return c.String(http.StatusOK, frontPage(session))
}

func (s *site) echoLogin(c *echo.Context, session *Session) error {
	if err := s.login(c.Request().Context(), session, c.FormValue("user")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

func echoLogout(c *echo.Context, session *Session) error {
	if err := session.Destroy(c.Request().Context()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

// echoStory does not use echo's Stream, which sends the header at once.
func (s *site) echoStory(c *echo.Context, session *Session) error {
	if n, err := io.Copy(c.Response(), s.story(session)); err != nil && n == 0 {
		session.SetNotice("The story is not there.")
		return c.Redirect(http.StatusSeeOther, "/")
	}
	return nil
}

// echoNews streams the news. The first Flush stores the session.
func (s *site) echoNews(c *echo.Context, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	stream := http.NewResponseController(c.Response())
	if err := stream.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/event-stream")
	for {
		if stream.Flush() != nil {
			return nil // the client, or the session, is gone
		}
		select {
		case <-c.Request().Context().Done():
			return nil
		case line, ok := <-s.news:
			if !ok {
				return nil
			}
			fmt.Fprintf(c.Response(), "data: %s\n\n", line)
		}
	}
}

func echoBroken(c *echo.Context, session *Session) error {
	brokenPage(session)
	return nil
}
