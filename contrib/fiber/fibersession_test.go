package fibersession_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/recover"
	"github.com/gofiber/fiber/v3/middleware/timeout"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
	"github.com/sessiongen/sessiongen/runtime"
)

// A memory is a store that can be down, and counts the calls.
type memory struct {
	runtime.Store
	down  atomic.Bool
	calls atomic.Int64
}

var errDown = errors.New("the store is down")

func (m *memory) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	m.calls.Add(1)
	if m.down.Load() {
		return nil, errDown
	}
	return m.Store.Get(ctx, keys)
}

func (m *memory) Add(ctx context.Context, items []runtime.Item) []error {
	m.calls.Add(1)
	if m.down.Load() {
		return slices.Repeat([]error{errDown}, len(items))
	}
	return m.Store.Add(ctx, items)
}

func newSessions(t *testing.T, change func(*runtime.Config)) (*Sessions, *memory) {
	t.Helper()
	store := &memory{Store: runtime.NewMemory()}
	config := runtime.Config{Store: store, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&config)
	}
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	return sessions, store
}

// issue returns the Cookie line of a stored session.
func issue(t *testing.T, sessions *Sessions, values SessionFields) string {
	t.Helper()
	cookie, err := sessions.Issue(t.Context(), values)
	if err != nil {
		t.Fatal(err)
	}
	return cookie.Name + "=" + cookie.Value
}

// serve returns an app whose one page is behind the sessions.
func serve(sessions *Sessions, page fiber.Handler) *fiber.App {
	app := fiber.New()
	app.Use(recover.New(), fibersession.Middleware(sessions))
	app.Get("/", page)
	return app
}

// A page is a response of fiber's.
type page struct {
	*http.Response
	body string
}

// ask sends a request for "/" with the lines of a Cookie header.
func ask(t *testing.T, app *fiber.App, cookies ...string) page {
	t.Helper()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header["Cookie"] = cookies
	response, err := app.Test(r, fiber.TestConfig{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{response, string(body)}
}

func (p page) want(t *testing.T, status int, body string, cookies int) {
	t.Helper()
	if p.StatusCode != status || p.body != body {
		t.Errorf("status %d and %q, not %d and %q", p.StatusCode, p.body, status, body)
	}
	if sent := p.Cookies(); len(sent) != cookies {
		t.Errorf("%d cookies sent, not %d: %v", len(sent), cookies, sent)
	}
}

// count shows the number of the visit.
func count(c fiber.Ctx) error {
	session, err := fibersession.From[*Session](c)
	if err != nil {
		return err
	}
	session.SetVisits(session.GetVisits() + 1)
	return c.SendString(fmt.Sprintf("visit %d", session.GetVisits()))
}

func TestSessionIsOpenedAtTheFirstFrom(t *testing.T) {
	sessions, store := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{Visits: 1})
	app := fiber.New()
	app.Use(fibersession.Middleware(sessions))
	app.Get("/", func(c fiber.Ctx) error {
		if n := store.calls.Load(); n != 0 {
			t.Errorf("the store was called %d times before From", n)
		}
		if err := count(c); err != nil {
			return err
		}
		first, err := fibersession.From[*Session](c)
		if again, againErr := fibersession.From[*Session](c); again != first || err != nil || againErr != nil {
			t.Errorf("another session: %v, %v", err, againErr)
		}
		if n := store.calls.Load(); n != 1 {
			t.Errorf("the store was called %d times by From", n)
		}
		return nil
	})
	store.calls.Store(0)
	ask(t, app, known).want(t, http.StatusOK, "visit 2", 0)
}

func TestRequestThatDoesNotAskForTheSessionIsLeftAlone(t *testing.T) {
	sessions, store := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{Visits: 1})
	store.calls.Store(0)
	p := ask(t, serve(sessions, func(c fiber.Ctx) error { return c.SendString("a page") }), known)
	p.want(t, http.StatusOK, "a page", 0)
	if n, vary := store.calls.Load(), p.Header.Get("Vary"); n != 0 || vary != "" {
		t.Errorf("%d calls of the store, Vary %q", n, vary)
	}
}

func TestFromWithoutTheMiddlewareFails(t *testing.T) {
	app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, err error) error {
		if !errors.Is(err, runtime.ErrNoMiddleware) {
			t.Error(err)
		}
		return fiber.DefaultErrorHandler(c, err)
	}})
	app.Get("/", count)
	ask(t, app).want(t, http.StatusInternalServerError, "Internal Server Error", 0)
}

func TestErrorOfTheStoreReachesTheErrorHandler(t *testing.T) {
	for name, known := range map[string]bool{"load": true, "save": false} {
		t.Run(name, func(t *testing.T) {
			sessions, store := newSessions(t, nil)
			var cookies []string
			if known {
				cookies = []string{issue(t, sessions, SessionFields{Visits: 1})}
			}
			store.down.Store(true)
			ask(t, serve(sessions, count), cookies...).want(t, http.StatusServiceUnavailable, "Service Unavailable", 0)

			app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, err error) error {
				if !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(errors.Unwrap(err), errDown) {
					t.Errorf("%v around %v", err, errors.Unwrap(err))
				}
				return c.Status(http.StatusTeapot).SendString("Please try again in a moment.")
			}})
			app.Use(fibersession.Middleware(sessions))
			app.Get("/", count)
			ask(t, app, cookies...).want(t, http.StatusTeapot, "Please try again in a moment.", 0)
		})
	}
}

// Fiber would answer an error without a status with 500, and show its text.
func TestErrorsOfASessionThatAHandlerReturnsHaveTheStatusOfTheRuntime(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	for _, c := range []struct {
		err    error
		status int
		body   string
	}{
		{fmt.Errorf("page: %w", runtime.ErrUnavailable), http.StatusServiceUnavailable, "Service Unavailable"},
		{runtime.ErrEnded, http.StatusConflict, "Conflict"},
		{runtime.ErrConflict, http.StatusInternalServerError, "Internal Server Error"},
		{&runtime.FieldError{Field: "User", Err: errors.New("the value")}, http.StatusInternalServerError, "Internal Server Error"},
		{errors.Join(fiber.ErrTeapot, runtime.ErrEnded), http.StatusTeapot, "I'm a teapot\n" + runtime.ErrEnded.Error()},
		{fiber.NewError(http.StatusTeapot, "tea"), http.StatusTeapot, "tea"},
		{errors.New("of the app"), http.StatusInternalServerError, "of the app"},
	} {
		app := serve(sessions, func(fiber.Ctx) error { return c.err })
		ask(t, app).want(t, c.status, c.body, 0)
	}
}

func TestWhatAHandlerHasSetIsStoredIfItReturnsAnError(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	app := serve(sessions, func(c fiber.Ctx) error {
		if err := count(c); err != nil {
			return err
		}
		return fiber.ErrTeapot
	})
	ask(t, app).want(t, http.StatusTeapot, "I'm a teapot", 1)
}

func TestNothingIsStoredIfTheHandlerPanics(t *testing.T) {
	sessions, store := newSessions(t, nil)
	app := serve(sessions, func(c fiber.Ctx) error {
		if err := count(c); err != nil {
			return err
		}
		panic("a mistake")
	})
	ask(t, app).want(t, http.StatusInternalServerError, "a mistake", 0)
	if n := store.calls.Load(); n != 0 {
		t.Errorf("%d calls of the store", n)
	}
}

func TestCookieOfARenewedSessionIsSentThoughTheHandlerPanics(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{Visits: 1})
	p := ask(t, serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		if err := session.Renew(c); err != nil {
			return err
		}
		c.Set("Cache-Control", "public, max-age=600")
		panic("a mistake")
	}), known)
	p.want(t, http.StatusInternalServerError, "a mistake", 1)
	if control := p.Header.Get("Cache-Control"); control != "no-store" {
		t.Errorf("Cache-Control is %q", control)
	}
	renewed := p.Cookies()[0]
	ask(t, serve(sessions, count), renewed.Name+"="+renewed.Value).want(t, http.StatusOK, "visit 2", 0)
}

// What a middleware outside has set, such as a request's id, is no part of the
// page, and stays.
func TestNothingOfAPageIsSentThatIsNotStored(t *testing.T) {
	sessions, store := newSessions(t, nil)
	store.down.Store(true)
	app := fiber.New()
	app.Use(func(c fiber.Ctx) error {
		c.Set("X-Request-Id", "7")
		return c.Next()
	}, fibersession.Middleware(sessions))
	app.Get("/", func(c fiber.Ctx) error {
		c.Set("X-Request-Id", "8")
		c.Set("Cache-Control", "public, max-age=600")
		c.Set("Etag", `"page"`)
		c.Cookie(&fiber.Cookie{Name: "theme", Value: "dark"})
		return count(c)
	})
	p := ask(t, app)
	p.want(t, http.StatusServiceUnavailable, "Service Unavailable", 0)
	for name, want := range map[string]string{"X-Request-Id": "7", "Etag": "", "Cache-Control": "no-store", "Vary": "Cookie"} {
		if got := strings.Join(p.Header.Values(name), ", "); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
}

// A request that comes too late must not replace the cookie that another one has
// sent.
func TestSessionThatEndedMeanwhileIsAConflictWithoutACookie(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{Visits: 1})
	p := ask(t, serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		if err := session.Renew(c); err != nil {
			return err
		}
		if err := sessions.End(c, session.ID()); err != nil {
			return err
		}
		return count(c)
	}), known)
	p.want(t, http.StatusConflict, "Conflict", 0)
}

func TestLogoutSendsTheRemovalOfACookieThatCame(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{Visits: 1})
	app := serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		return session.Destroy(c)
	})
	ask(t, app).want(t, http.StatusOK, "", 0)
	p := ask(t, app, known)
	p.want(t, http.StatusOK, "", 1)
	if cookie := p.Cookies()[0]; cookie.MaxAge >= 0 || cookie.Value != "" {
		t.Errorf("sent %v", cookie)
	}
	ask(t, serve(sessions, count), known).want(t, http.StatusOK, "visit 1", 1)
}

func TestOfTwoCookiesThatDifferNoneIsBelieved(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	two, nine := issue(t, sessions, SessionFields{Visits: 1}), issue(t, sessions, SessionFields{Visits: 8})
	planted := sessions.CookieName() + "=planted"
	app := serve(sessions, count)
	for _, c := range []struct {
		cookies []string
		body    string
	}{
		{[]string{two + "; " + two}, "visit 2"},
		{[]string{"theme=dark; " + nine}, "visit 9"},
		{[]string{planted + "; " + nine + "; " + planted}, "visit 10"},
		{[]string{two + "; " + nine}, "visit 1"},
		{[]string{nine, two}, "visit 1"},
	} {
		p := ask(t, app, c.cookies...)
		if c.body != "visit 1" {
			p.want(t, http.StatusOK, c.body, 0)
			continue
		}
		// The partitioned one, which is another cookie, and the new one.
		p.want(t, http.StatusOK, c.body, 2)
		if sent := p.Cookies(); sent[0].MaxAge >= 0 || sent[1].Value == "" {
			t.Errorf("sent %v", sent)
		}
	}
}

func TestStreamLeavesBehindTheCookie(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	app := serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		session.SetVisits(session.GetVisits() + 1)
		visits := session.GetVisits()
		token := strings.Clone(c.Cookies(sessions.CookieName()))
		return c.SendStreamWriter(func(w *bufio.Writer) {
			fmt.Fprintf(w, "visit %d", visits)
			if err := w.Flush(); err != nil {
				t.Error(err)
			}
			session, err := sessions.Open(context.Background(), token)
			if err != nil {
				t.Error(err)
				return
			}
			session.SetUser("ada")
			if !session.IsNew() {
				if err := session.Save(context.Background()); err != nil {
					t.Error(err)
				}
			}
			fmt.Fprintf(w, " of %s", session.GetUser())
		})
	})
	p := ask(t, app)
	p.want(t, http.StatusOK, "visit 1 of ada", 1)
	known := p.Cookies()[0].Name + "=" + p.Cookies()[0].Value
	ask(t, app, known).want(t, http.StatusOK, "visit 2 of ada", 0)
	ask(t, serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		return c.SendString(session.GetUser())
	}), known).want(t, http.StatusOK, "ada", 0)
}

func TestStreamOfAPageThatIsNotStoredEnds(t *testing.T) {
	sessions, store := newSessions(t, nil)
	ended := make(chan error, 1)
	app := serve(sessions, func(c fiber.Ctx) error {
		store.down.Store(true)
		if err := count(c); err != nil {
			return err
		}
		return c.SendStreamWriter(func(w *bufio.Writer) {
			for {
				w.WriteString("secret")
				if err := w.Flush(); err != nil {
					ended <- err
					return
				}
			}
		})
	})
	ask(t, app).want(t, http.StatusServiceUnavailable, "Service Unavailable", 0)
	if err := <-ended; err == nil {
		t.Error("the stream has ended by itself")
	}
}

// Fiber puts the next request into the memory of this one.
func TestSessionKeepsNothingOfTheRequestsMemory(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	app := fiber.New()
	app.Use(fibersession.Middleware(sessions))
	app.Get("/set/:user", func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		session.SetUser(c.Params("user"))
		return nil
	})
	app.Get("/user", func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		return c.SendString(session.GetUser())
	})
	get := func(path string, cookie string) page {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Cookie", cookie)
		response, err := app.Test(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return page{response, string(body)}
	}
	cookies := map[string]string{}
	for _, user := range []string{"ada", "bob", "eve"} {
		cookie := get("/set/"+user, "").Cookies()[0]
		cookies[user] = cookie.Name + "=" + cookie.Value
	}
	for user, cookie := range cookies {
		get("/user", cookie).want(t, http.StatusOK, user, 0)
	}
}

// The handler that was given up goes on, beside the middleware or behind it.
func TestNothingIsStoredOfARequestThatTimedOut(t *testing.T) {
	for name, inside := range map[string]bool{"inside": true, "outside": false} {
		t.Run(name, func(t *testing.T) {
			sessions, store := newSessions(t, nil)
			ctx, timeOut := context.WithCancel(t.Context())
			answered, over := make(chan struct{}), make(chan struct{})
			slow := func(c fiber.Ctx) error {
				timeOut()
				<-answered
				return count(c)
			}
			middleware, limit := fibersession.Middleware(sessions), timeout.Config{Timeout: time.Hour}
			app := fiber.New()
			app.Use(func(c fiber.Ctx) error {
				c.SetContext(ctx)
				return c.Next()
			})
			wait := func(h fiber.Handler) fiber.Handler {
				return func(c fiber.Ctx) error {
					defer close(over)
					return h(c)
				}
			}
			if inside {
				app.Use(middleware)
				app.Get("/", timeout.New(wait(slow), limit))
			} else {
				app.Use(timeout.New(wait(middleware), limit))
				app.Get("/", slow)
			}
			ask(t, app).want(t, http.StatusRequestTimeout, "Request Timeout", 0)
			close(answered)
			<-over
			if n := store.calls.Load(); n != 0 {
				t.Errorf("%d calls of the store", n)
			}
		})
	}
}

func TestTheSameManagerTwiceCountsOnce(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	app := fiber.New()
	app.Use(fibersession.Middleware(sessions), fibersession.Middleware(sessions))
	app.Get("/", count)
	ask(t, app).want(t, http.StatusOK, "visit 1", 1)
}

func TestSessionGoesOnWhereFiberBeginsAnewWithItsRoutes(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	app := fiber.New()
	again := true
	app.Use(func(c fiber.Ctx) error {
		if err := c.Next(); err != nil || !again {
			return err
		}
		again = false
		return c.RestartRouting()
	}, fibersession.Middleware(sessions))
	app.Get("/", count)
	p := ask(t, app)
	p.want(t, http.StatusOK, "visit 2", 1)
	cookie := p.Cookies()[0]
	ask(t, app, cookie.Name+"="+cookie.Value).want(t, http.StatusOK, "visit 3", 0)
}

func TestClientThatHasGoneDoesNotStopTheSessionFromBeingStored(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ask(t, serve(sessions, func(c fiber.Ctx) error {
		c.SetContext(ctx)
		err := count(c)
		cancel()
		return err
	})).want(t, http.StatusOK, "visit 1", 1)
}

func TestTwoManagersWithOneCookieNameAreRefused(t *testing.T) {
	first, _ := newSessions(t, nil)
	second, _ := newSessions(t, nil)
	app := fiber.New()
	app.Use(fibersession.Middleware(first), fibersession.Middleware(second))
	app.Get("/", count)
	ask(t, app).want(t, http.StatusInternalServerError, "Internal Server Error", 0)
}

// nest returns an app with two managers, and what the pages of both count.
func nest(t *testing.T) (app *fiber.App, outer, inner *Sessions, store *memory) {
	t.Helper()
	outer, store = newSessions(t, func(c *runtime.Config) { c.CookieName = "__Host-outer" })
	inner, _ = newSessions(t, func(c *runtime.Config) { c.CookieName = "__Host-inner" })
	app = fiber.New()
	app.Use(fibersession.Middleware(outer), func(c fiber.Ctx) error {
		if err := count(c); err != nil { // of the outer one
			return err
		}
		before, _ := fibersession.From[*Session](c)
		err := c.Next()
		if after, _ := fibersession.From[*Session](c); after != before {
			t.Error("behind the inner one the session is another one")
		}
		return err
	}, fibersession.Middleware(inner))
	app.Get("/", count)
	return app, outer, inner, store
}

func TestManagersNestAndFromFindsTheInnermost(t *testing.T) {
	app, outer, inner, _ := nest(t)
	cookies := issue(t, outer, SessionFields{Visits: 1}) + "; " + issue(t, inner, SessionFields{Visits: 8})
	ask(t, app).want(t, http.StatusOK, "visit 1", 2)
	ask(t, app, cookies).want(t, http.StatusOK, "visit 9", 0)
	ask(t, app, cookies).want(t, http.StatusOK, "visit 10", 0)
	ask(t, serve(outer, count), cookies).want(t, http.StatusOK, "visit 4", 0)
}

// What the inner one has stored stays stored.
func TestErrorOfTheOuterManagerKeepsTheCookieOfTheInnerOne(t *testing.T) {
	app, _, _, store := nest(t)
	store.down.Store(true)
	p := ask(t, app)
	p.want(t, http.StatusServiceUnavailable, "Service Unavailable", 1)
	if cookie := p.Cookies()[0]; cookie.Name != "__Host-inner" {
		t.Errorf("sent %v", cookie)
	}
}

func TestErrorHandlerMayAskForTheSession(t *testing.T) {
	sessions, _ := newSessions(t, nil)
	known := issue(t, sessions, SessionFields{User: "ada"})
	app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, _ error) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		return c.Status(http.StatusNotFound).SendString("Not here, " + session.GetUser() + ".")
	}})
	app.Use(fibersession.Middleware(sessions))
	p := ask(t, app, known)
	p.want(t, http.StatusNotFound, "Not here, ada.", 0)
	if vary, control := p.Header.Get("Vary"), p.Header.Get("Cache-Control"); vary != "Cookie" || control != "private" {
		t.Errorf("Vary %q, Cache-Control %q", vary, control)
	}
}
