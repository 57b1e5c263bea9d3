package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
)

// fiberSite serves the site with fiber, which has no net/http below it. The first
// of Use is the outermost.
func fiberSite(s *site) *fiber.App {
	app := fiber.New()
	app.Use(recover.New(), fibersession.Middleware(s.sessions))
	fiberRoutes(app, s)
	return app
}

func fiberRoutes(app *fiber.App, s *site) {
	app.Get("/", fiberPage(fiberFront))
	app.Post("/login", fiberPage(s.fiberLogin))
	app.Post("/logout", fiberPage(fiberLogout))
	app.Get("/story", fiberPage(s.fiberStory))
	app.Get("/news", fiberPage(s.fiberNews))
	app.Get("/broken", fiberPage(fiberBroken))
}

// fiberPage gives p the session. An error of either has the status that it should
// have, for fiber's ErrorHandler.
func fiberPage(p func(fiber.Ctx, *Session) error) fiber.Handler {
	return func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		return p(c, session)
	}
}

func fiberFront(c fiber.Ctx, session *Session) error {
	return c.SendString(frontPage(session))
}

func (s *site) fiberLogin(c fiber.Ctx, session *Session) error {
	if err := s.login(c.Context(), session, c.FormValue("user")); err != nil {
		return err
	}
	return c.Redirect().Status(http.StatusSeeOther).To("/")
}

func fiberLogout(c fiber.Ctx, session *Session) error {
	if err := session.Destroy(c.Context()); err != nil {
		return err
	}
	return c.Redirect().Status(http.StatusSeeOther).To("/")
}

func (s *site) fiberStory(c fiber.Ctx, session *Session) error {
	if n, err := io.Copy(c, s.story(session)); err != nil && n == 0 {
		session.SetNotice("The story is not there.")
		return c.Redirect().Status(http.StatusSeeOther).To("/")
	}
	return nil
}

// fiberNews streams the news. The stream begins beside the handler, but what it
// writes leaves when the session is stored. It must use neither c nor the session.
func (s *site) fiberNews(c fiber.Ctx, session *Session) error {
	session.SetVisits(session.GetVisits() + 1)
	c.Set(fiber.HeaderContentType, "text/event-stream")
	return c.SendStreamWriter(func(w *bufio.Writer) {
		for line := range s.news {
			fmt.Fprintf(w, "data: %s\n\n", line)
			if w.Flush() != nil {
				return // the client is gone
			}
		}
	})
}

func fiberBroken(c fiber.Ctx, session *Session) error {
	brokenPage(session)
	return nil
}
