package main

import (
	"net/http"
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v5"
)

// Echo and fiber answer the errors that handlers return, outside of the sessions.
func TestWhatAHandlerHasSetIsStoredIfItReturnsAnError(t *testing.T) {
	check := func(t *testing.T, w *world) {
		b := w.browser()
		p := b.get("/teapot")
		p.wantStatus(t, http.StatusTeapot)
		p.wantCookies(t, 1)
		b.get("/").want(t, http.StatusOK, "Visit 2 of a stranger.\n", 0)
	}
	t.Run("echo", func(t *testing.T) {
		w := newWorld(t, nil)
		e := echo.New()
		e.Use(echo.WrapMiddleware(w.site.sessions.Middleware))
		echoRoutes(e, w.site)
		e.GET("/teapot", func(c *echo.Context) error {
			session, err := w.site.sessions.From(c.Request().Context())
			if err != nil {
				return err
			}
			frontPage(session)
			return echo.NewHTTPError(http.StatusTeapot, "tea")
		})
		w.serve(e, false)
		check(t, w)
	})
	t.Run("fiber", func(t *testing.T) {
		w := newWorld(t, nil)
		app := fiberSite(w.site)
		app.Get("/teapot", fiberPage(func(_ fiber.Ctx, session *Session) error {
			frontPage(session)
			return fiber.ErrTeapot
		}))
		w.serveFiber(app)
		check(t, w)
	})
}
