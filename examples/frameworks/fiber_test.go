package frameworks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"
)

// ask sends one request to an app of fiber's, without a server.
func ask(t *testing.T, app *fiber.App, cookie string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	response, err := app.Test(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func TestOfTwoCookiesFiberBelievesNone(t *testing.T) {
	w := newWorld(t, nil)
	name := w.site.sessions.CookieName()
	issue := func(user string) string {
		cookie, err := w.site.sessions.Issue(t.Context(), SessionFields{User: user})
		if err != nil {
			t.Fatal(err)
		}
		return name + "=" + cookie.Value
	}
	alice, mallory := issue("alice"), issue("mallory")
	app := fiberSite(w.site)
	for cookies, want := range map[string]string{
		alice:                    "of alice.",
		alice + "; " + alice:     "of alice.",
		"theme=dark; " + mallory: "of mallory.",
		alice + "; " + mallory:   "Visit 1 of a stranger.",
		mallory + "; " + alice:   "Visit 1 of a stranger.",
	} {
		response := ask(t, app, cookies)
		var text strings.Builder
		response.Write(&text)
		if !strings.Contains(text.String(), want) {
			t.Errorf("%s\nwant %s", text.String(), want)
		}
		// The last one is the new session's.
		sent := response.Cookies()
		if expires := len(sent) == 2 && sent[0].MaxAge < 0 && sent[1].Value != ""; expires != strings.Contains(want, "stranger") {
			t.Errorf("%s: sent %v", cookies, sent)
		}
	}
}

func TestPageThatFiberCouldNotSaveLeavesNothingInItsAnswer(t *testing.T) {
	w := newWorld(t, nil)
	app := fiber.New()
	app.Use(fiberSessions(w.site.sessions))
	app.Get("/", func(c fiber.Ctx) error {
		fiber.Locals[*Session](c, fiberSession{}).SetVisits(1)
		c.Set("Cache-Control", "public, max-age=600")
		c.Set("Etag", `"page"`)
		w.store.down.Store(true)
		return c.SendString("the page")
	})
	response := ask(t, app, "")
	if h := response.Header; response.StatusCode != http.StatusServiceUnavailable || h.Get("Etag") != "" || h.Get("Cache-Control") != "" {
		t.Errorf("%s, %v", response.Status, h)
	}
}
