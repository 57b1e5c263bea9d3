package runtime

import (
	"context"
	"net/http"
)

// A Manager is for generated code, which wraps it in a type of its own, such as
// Sessions. It opens, creates and ends sessions whose accessor type is S. It is
// safe for use by several goroutines.
type Manager[S any] struct {
	engine *engine
	core   func(*S) *Session
}

// NewManager is for generated code. It returns the manager for a configuration
// and a schema. An error names what is missing or wrong.
func NewManager[S any](config Config, schema Schema[S]) (*Manager[S], error) {
	variables := make([]variable, len(schema.Variables))
	for i, v := range schema.Variables {
		variables[i] = v.v
	}
	m := &Manager[S]{core: schema.Session}
	e, err := newEngine(config, schema.Name, variables, m.newCore)
	if err != nil {
		return nil, err
	}
	m.engine = e
	return m, nil
}

// newCore makes an accessor and returns the untyped part of it.
func (m *Manager[S]) newCore() *Session {
	s := new(S)
	core := m.core(s)
	core.owner = s
	return core
}

// Middleware gives next's requests a session: [Manager.From] finds it in the
// request's context. It commits the session before the first byte of the
// response, and sends the cookie. A request that does not call
// From costs nothing.
//
// When the handler panics, nothing is stored. So a middleware that recovers
// from panics belongs outside of this one. There it may answer as it likes,
// even through the writer that the handler had. An answer from inside can't be
// told from the handler's own answer, so it stores what the handler had set.
// That is true of a recovery inside, and of everything that sends bytes while a
// panic unwinds, such as the deferred Close or Flush of a compressor or of a
// template's buffer: they belong outside, too. [http.TimeoutHandler] also
// belongs outside, because it answers while its handler still runs.
//
// The handler gets a copy of the request. What the handler sets there, such as
// a parsed form or a matched pattern, reaches the original when the handler is
// over.
//
// Managers nest around one handler if each has a [Config.CookieName] of its
// own. When one of them fails, its error response has the cookies that those
// within it have sent. But it has none that a writer between them has in a
// header of its own without an Unwrap, as that of http.TimeoutHandler: a session
// that was renewed there is lost. Such a writer belongs outside of both.
func (m *Manager[S]) Middleware(next http.Handler) http.Handler {
	return &middleware{m.engine, next}
}

// From returns the session of the request that ctx belongs to. The first call
// loads the session, in one round trip to the store if the request has a cookie
// and in none if not; later calls return the same session, or the same error. A
// call that comes during the first one waits for it, for as long as its own
// context allows. ctx is the request's context, a context made from it, or a
// framework's context that has a field Request, such as a *gin.Context.
//
// It fails with [ErrNoMiddleware] or [ErrUnavailable], which are logged, too. A
// cookie that opens no living session gives a new session and no error.
func (m *Manager[S]) From(ctx context.Context) (*S, error) {
	s, err := m.engine.from(ctx)
	if err != nil {
		return nil, err
	}
	return s.owner.(*S), nil
}

// Open returns the session that token opens, which is the value of its cookie.
// It is for programs without net/http. An empty or wrong token gives a new
// session. The caller stores what it set with Save and sends what Cookie
// returns.
func (m *Manager[S]) Open(ctx context.Context, token string) (*S, error) {
	s, err := m.engine.open(ctx, token)
	if err != nil {
		return nil, err
	}
	return s.owner.(*S), nil
}

// New returns a new session, which belongs to no request.
func (m *Manager[S]) New() *S { return m.engine.newSession().owner.(*S) }

// Issue stores s, which New returned, even if nothing is set in it, and
// returns its cookie.
func (m *Manager[S]) Issue(ctx context.Context, s *S) (*http.Cookie, error) {
	cookie, err := m.core(s).issue(ctx)
	return cookie, m.engine.noted(err)
}

// CookieName returns the name of the cookie.
func (m *Manager[S]) CookieName() string { return m.engine.cookieName }
