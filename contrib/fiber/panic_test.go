package fibersession_test

import (
	"testing"

	"github.com/gofiber/fiber/v3"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
)

// A recovery outside may begin anew with the routes, for a page that says sorry.
func TestNothingIsStoredOfAPanicWhenAnotherPageAnswers(t *testing.T) {
	sessions, store := newSessions(t, nil)
	app := fiber.New()
	app.Use(func(c fiber.Ctx) (err error) {
		defer func() {
			if recover() != nil {
				c.Path("/sorry")
				err = c.RestartRouting()
			}
		}()
		return c.Next()
	}, fibersession.Middleware(sessions))
	app.Get("/", func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		session.SetVisits(41)
		panic("a mistake")
	})
	app.Get("/sorry", func(c fiber.Ctx) error {
		if _, err := fibersession.From[*Session](c); err == nil {
			t.Error("the session of the page that has panicked is there")
		}
		return c.SendString("sorry")
	})
	p := ask(t, app)
	if p.body != "sorry" || len(p.Cookies()) > 0 || store.calls.Load() > 0 {
		t.Errorf("%q, %v, %d calls to the store", p.body, p.Cookies(), store.calls.Load())
	}
}
