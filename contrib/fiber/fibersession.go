// Package fibersession gives the handlers of fiber the sessions that sessiongen
// generates.
//
//	app := fiber.New()
//	app.Use(recover.New(), fibersession.Middleware(sessions))
//	app.Get("/", func(c fiber.Ctx) error {
//		session, err := fibersession.From[*Session](c)
//		if err != nil {
//			return err // status 503: the store is down
//		}
//		session.SetVisits(session.GetVisits() + 1)
//		return c.SendString(fmt.Sprintf("Visit number %d\n", session.GetVisits()))
//	})
//
// Fiber keeps the response until the handlers have returned. So the session is
// stored, and the cookie is put into the header, when those behind the middleware
// are over. What recovers from panics comes before the sessions, so that it is
// outside of them: inside, its answer is one like any other, and what the handler
// had set before the panic is stored.
//
// # Errors
//
// Where a session can't be loaded or stored, fiber's ErrorHandler gets the error.
// That of the app's default answers with status 503 for
// [runtime.ErrUnavailable], 409 for [runtime.ErrEnded] and 500 for the others,
// because [errors.As] finds a [*fiber.Error] of that status in it. The text
// of the error is that of the status, as fiber shows it to the visitor. For the
// log and for [errors.Is], [errors.Unwrap] returns the runtime's error. Nobody else
// logs that a session is not stored, so let the ErrorHandler do it. Errors of
// a session's methods that a handler returns, such as those of Login, are treated
// alike, unless there is a *fiber.Error around them.
//
// If the session can't be stored, nothing of the handler's response is sent, and
// none of its headers. If a handler returns an error, what it had set is stored
// all the same: that is an answer as any other. If it panics, nothing is stored.
//
// # Streams
//
// SendStreamWriter starts its function at once, beside the handler, but what that
// writes leaves behind the header, when the session is stored. If it can't be
// stored, the function's next Flush fails. The function must not use the handler's
// session, nor the fiber.Ctx, nor a string that came from it: fiber uses the
// memory again for other requests. What it shows, it gets before; to change the
// session, it opens it once more, by the manager's Open and a copy of the cookie's
// value, and calls Save.
package fibersession

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/sessiongen/sessiongen/runtime"
)

// A Session is what sessiongen generates for one visitor, such as *Session.
type Session interface {
	Save(ctx context.Context) error
	Destroy(ctx context.Context) error
	Cookie() *http.Cookie
	IsNew() bool
}

// A Manager is what sessiongen generates for all visitors, such as *Sessions.
type Manager[S Session] interface {
	Open(ctx context.Context, token string) (S, error)
	CookieName() string
}

// Middleware gives the handlers behind it a session, which [From] finds. It stores
// what they have set when they have returned, even if the client has gone by then,
// and sends the cookie. A request that does not call From costs no call to the
// store, and gets no header of ours.
//
// It keeps caches from giving one visitor's page to another as the Middleware of
// net/http does: a response whose handler called From varies by Cookie; it is
// private if it has read a living session, and no-store if it bears our cookie.
// A Cache-Control that the handler has set stays, unless it lets a shared cache
// keep a response with our cookie.
//
// Of several cookies of the name that differ none is believed, and all that can
// be named are expired.
//
// When fiber's timeout middleware, inside or outside, has given a request up,
// nothing is stored when its handler returns, as no cookie could be sent any more.
// What Renew or Login has done by then is done, and its cookie is lost.
//
// Several managers nest if each has a runtime.Config.CookieName of its own. The
// same one twice counts once.
func Middleware[S Session](sessions Manager[S]) fiber.Handler {
	name := sessions.CookieName()
	open := func(ctx context.Context, token string) (Session, error) { return sessions.Open(ctx, token) }
	return func(c fiber.Ctx) error {
		outer := requestOf(c)
		for o := outer; o != nil; o = o.outer {
			switch {
			case o.sessions == any(sessions) && o.over: // fiber has begun anew with its routes
				o.over = false
				return o.serve(c)
			case o.sessions == any(sessions):
				return c.Next()
			case o.name == name:
				return answer(fmt.Errorf("fibersession: two managers with the cookie %q around one handler: give one another runtime.Config.CookieName", name))
			}
		}
		r := &request{sessions: sessions, open: open, name: name, outer: outer}
		c.Response().Header.CopyTo(&r.inherited)
		c.Locals(requestKey{}, r)
		return r.serve(c)
	}
}

// From returns the session of the request. The first call opens it, in one round
// trip to the store if the request has a cookie and in none if not; later calls
// return the same session, or the same error. S is the type that sessiongen has
// generated, such as *Session. Like c, From is not for several goroutines.
//
// It fails with [runtime.ErrUnavailable], or with [runtime.ErrNoMiddleware] if the
// request did not pass through the [Middleware] of a manager of S. A handler may
// return the error as it is.
//
// Behind the middleware, as in an ErrorHandler, From still returns the session, to
// be read: what is set there is not stored without a Save, and no cookie is sent any
// more, so to create, renew or end a session is too late. After a panic it fails.
func From[S Session](c fiber.Ctx) (S, error) {
	var none S
	for r := requestOf(c); r != nil; r = r.outer {
		if _, ours := r.sessions.(Manager[S]); !ours {
			continue
		}
		session, err := r.get(c)
		if err != nil {
			return none, answer(err)
		}
		return session.(S), nil
	}
	return none, answer(fmt.Errorf("%w of %T", runtime.ErrNoMiddleware, none))
}

// requestKey is the key of the innermost [request] in fiber's locals.
type requestKey struct{}

func requestOf(c fiber.Ctx) *request {
	r, _ := c.Locals(requestKey{}).(*request)
	return r
}

// A request is what the middleware keeps of one request. It belongs to one
// goroutine, like its fiber.Ctx.
type request struct {
	sessions any // the Manager
	open     func(ctx context.Context, token string) (Session, error)
	name     string   // of the cookie
	outer    *request // of another manager's middleware around this one, or nil
	over     bool     // the handlers behind the middleware have returned or panicked

	// The session, when a handler has asked for it.
	touched bool
	found   foundCookie
	session Session // nil if err is not
	err     error
	lived   bool // it was living when it was opened

	// The response.
	inherited fasthttp.ResponseHeader // as it was before the handlers
	refused   error                   // why the session is not stored, and the response dropped
	sent      []string                // Set-Cookie lines of this manager and those within
	caching   string                  // the Cache-Control that this manager or one within it has set last
}

// serve runs the handlers and stores the session.
func (r *request) serve(c fiber.Ctx) error {
	// Deferred: what Renew and Destroy did is done, also if the handler panics
	// then, and the visitor must hear of it.
	returned := false
	defer func() {
		r.end(c)
		if !returned && r.session != nil { // what is left in it must not be stored by handlers that run next
			r.session, r.err = nil, errPanicked
		}
	}()
	err := c.Next()
	returned = true
	if c.IsAbandoned() || r.session == nil {
		return answerTo(err)
	}
	// The client may be gone: a visitor who clicks twice cancels the first request,
	// and still wants its outcome.
	if failed := r.session.Save(context.WithoutCancel(c.Context())); failed != nil {
		r.refuse(c, failed)
		return answer(failed)
	}
	return answerTo(err)
}

// end completes the header.
func (r *request) end(c fiber.Ctx) {
	if c.IsAbandoned() {
		return // the header has left, and the handler may still use the session
	}
	r.over = true
	if r.touched {
		r.complete(c)
	}
	if r.outer != nil {
		c.Locals(requestKey{}, r.outer)
	}
}

// get opens the session at the first call.
func (r *request) get(c fiber.Ctx) (Session, error) {
	if r.touched {
		return r.session, r.err
	}
	r.touched = true
	r.found = findCookie(&c.Request().Header, r.name)
	session, err := r.open(c.Context(), r.found.token)
	if err != nil {
		r.err = err
	} else {
		r.session, r.lived = session, !session.IsNew()
	}
	if !c.IsAbandoned() && r.over {
		r.complete(c)
	}
	return r.session, r.err
}
