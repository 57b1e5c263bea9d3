package frameworks

import (
	"net/http"

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
		token, several := fiberToken(c, sessions.CookieName())
		session, err := sessions.Open(c.Context(), token)
		if err != nil {
			return fiber.NewError(statusOf(err))
		}
		fiber.Locals(c, fiberSession{}, session)
		if several {
			// Else the browser would send both for as long as they live.
			expired := http.Cookie{Name: sessions.CookieName(), Path: "/", MaxAge: -1, Secure: true, HttpOnly: true}
			c.Response().Header.Add(fiber.HeaderSetCookie, expired.String())
		}
		// Deferred: what Renew and Destroy did is done, also if the handler
		// panics then, and the visitor must hear of it.
		defer sendFiberCookie(c, session)

		answer := c.Next()
		if err := session.Save(c.Context()); err != nil {
			c.Response().Reset() // nothing of a page that is not stored
			return fiber.NewError(statusOf(err))
		}
		return answer
	}
}

// fiberToken returns the value of the session's cookie. Of several that differ it
// believes none, because nothing says which of them another host has planted.
func fiberToken(c fiber.Ctx, name string) (token string, several bool) {
	for key, value := range c.Request().Header.Cookies() {
		switch {
		case string(key) != name || string(value) == token:
		case token == "":
			token = string(value) // a copy: fiber uses its memory again
		default:
			return "", true
		}
	}
	return token, false
}

// sendFiberCookie completes the header, so that no cache gives one visitor's page
// to another.
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
