package frameworks

import (
	"bufio"
	"fmt"
	"io"
	"net/http"

	"github.com/gofiber/fiber/v3"
)

func fiberRoutes(app *fiber.App, s *site) {
	app.Get("/", fiberPage(fiberFront))
	app.Post("/login", fiberPage(s.fiberLogin))
	app.Post("/logout", fiberPage(fiberLogout))
	app.Get("/story", fiberPage(s.fiberStory))
	app.Get("/news", fiberPage(s.fiberNews))
	app.Get("/broken", fiberPage(fiberBroken))
}

// fiberPage gives p the session.
func fiberPage(p func(fiber.Ctx, *Session) error) fiber.Handler {
	return func(c fiber.Ctx) error { return p(c, fiber.Locals[*Session](c, fiberSession{})) }
}

func fiberFront(c fiber.Ctx, session *Session) error {
	return c.SendString(frontPage(session))
}

func (s *site) fiberLogin(c fiber.Ctx, session *Session) error {
	if err := s.login(c.Context(), session, c.FormValue("user")); err != nil {
		return fiber.NewError(statusOf(err))
	}
	return c.Redirect().Status(http.StatusSeeOther).To("/")
}

func fiberLogout(c fiber.Ctx, session *Session) error {
	if err := session.Destroy(c.Context()); err != nil {
		return fiber.NewError(statusOf(err))
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

// fiberNews streams the news. Fiber sends the header, and starts the stream, when
// the handler and [fiberSessions] have returned, so the session is saved by then;
// the stream itself must not use c any more.
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
