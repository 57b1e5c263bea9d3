package frameworks

import (
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"
)

// fiberSite serves the site with fiber, which has no net/http below it: the
// sessions are opened, saved and sent by hand. The first of Use is the outermost.
func fiberSite(s *site) *fiber.App {
	app := fiber.New()
	app.Use(recover.New(), fiberSessions(s.sessions))
	fiberRoutes(app, s)
	return app
}

// fiberSession is the key of the session in a request's locals.
type fiberSession struct{}

// fiberSessions opens the session of every request that passes, and saves it
// behind the handler: fiber keeps the response until then. An error that the
// handler returns is an answer as any other, but if it panics nothing is saved.
func fiberSessions(sessions *Sessions) fiber.Handler {
	return func(c fiber.Ctx) error {
		// Fiber uses the memory of its strings again, after the request.
		token := strings.Clone(c.Cookies(sessions.CookieName()))
		session, err := sessions.Open(c.Context(), token)
		if err != nil {
			return fiber.NewError(statusOf(err))
		}
		fiber.Locals(c, fiberSession{}, session)
		// Deferred: what Renew and Destroy did is done, also if the handler
		// panics then, and the visitor must hear of it.
		defer sendFiberCookie(c, session)

		answer := c.Next()
		if err := session.Save(c.Context()); err != nil {
			return fiber.NewError(statusOf(err))
		}
		return answer
	}
}

// sendFiberCookie completes the header as the net/http middleware does: no cache
// may give one visitor's page to another.
func sendFiberCookie(c fiber.Ctx, session *Session) {
	c.Vary(fiber.HeaderCookie)
	switch cookie := session.Cookie(); {
	case cookie != nil:
		// Not c.Append, which would put several cookies into one line.
		c.Response().Header.Add(fiber.HeaderSetCookie, cookie.String())
		c.Set(fiber.HeaderCacheControl, "no-store")
	case !session.IsNew() && c.GetRespHeader(fiber.HeaderCacheControl) == "":
		c.Set(fiber.HeaderCacheControl, "private")
	}
}
