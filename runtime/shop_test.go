package runtime_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// SessionFields, Session and Sessions are what the tests use the runtime
// through. They have the form of generated code, with one variable of each
// kind.
type SessionFields struct {
	Token  string
	Visits int
	Cart   []string `session:",lazy"`
	Notice string   `session:",flash"`
	Code   string   `session:",ttl=2s"`
	Draft  string   `session:",evictable"`
}

type Session struct {
	session runtime.Session
	vars    struct {
		Token  runtime.Var[string]
		Visits runtime.Var[int]
		Cart   runtime.LazyVar[[]string]
		Notice runtime.Var[string]
		Code   runtime.Var[string]
		Draft  runtime.Var[string]
	}
}

type Sessions struct {
	manager *runtime.Manager[Session]
}

func NewSessions(config runtime.Config) (*Sessions, error) {
	return newSessionsOf("Session", config)
}

// newSessionsOf returns the manager for an accessor type of the given name.
func newSessionsOf(accessor string, config runtime.Config) (*Sessions, error) {
	manager, err := runtime.NewManager(config, runtime.Schema[Session]{
		Accessor: accessor,
		Session:  func(s *Session) *runtime.Session { return &s.session },
		Variables: []runtime.Variable[Session]{
			runtime.Eager("Token", "token", runtime.Gob[string](), func(s *Session) *runtime.Var[string] { return &s.vars.Token }),
			runtime.Eager("Visits", "visits", runtime.Gob[int](), func(s *Session) *runtime.Var[int] { return &s.vars.Visits }),
			runtime.Lazy("Cart", "cart", runtime.Gob[[]string](), func(s *Session) *runtime.LazyVar[[]string] { return &s.vars.Cart }),
			runtime.Eager("Notice", "notice", runtime.Gob[string](), func(s *Session) *runtime.Var[string] { return &s.vars.Notice }),
			runtime.Eager("Code", "code", runtime.Gob[string](), func(s *Session) *runtime.Var[string] { return &s.vars.Code }, runtime.TTL(2*time.Second)),
			runtime.Eager("Draft", "draft", runtime.Gob[string](), func(s *Session) *runtime.Var[string] { return &s.vars.Draft }, runtime.Evictable()),
		},
	})
	if err != nil {
		return nil, err
	}
	return &Sessions{manager}, nil
}

// mustSessions returns the manager of a configuration that is right.
func mustSessions(t testing.TB, config runtime.Config) *Sessions {
	t.Helper()
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

func (m *Sessions) Middleware(next http.Handler) http.Handler { return m.manager.Middleware(next) }

func (m *Sessions) From(ctx context.Context) (*Session, error) { return m.manager.From(ctx) }

func (m *Sessions) Open(ctx context.Context, token string) (*Session, error) {
	return m.manager.Open(ctx, token)
}

func (m *Sessions) Issue(ctx context.Context, values SessionFields) (*http.Cookie, error) {
	s := m.manager.New()
	s.vars.Token.SetNonZero(values.Token)
	s.vars.Visits.SetNonZero(values.Visits)
	s.vars.Cart.SetNonZero(values.Cart)
	s.vars.Notice.SetNonZero(values.Notice)
	s.vars.Code.SetNonZero(values.Code)
	s.vars.Draft.SetNonZero(values.Draft)
	return m.manager.Issue(ctx, s)
}

func (m *Sessions) CookieName() string { return m.manager.CookieName() }

func (s *Session) Values() SessionFields {
	var v SessionFields
	v.Token = s.vars.Token.Get()
	v.Visits = s.vars.Visits.Get()
	v.Cart = s.vars.Cart.Loaded()
	v.Notice = s.vars.Notice.Get()
	v.Code = s.vars.Code.Get()
	v.Draft = s.vars.Draft.Get()
	return v
}

func (s *Session) IsNew() bool                       { return s.session.IsNew() }
func (s *Session) ID() string                        { return s.session.ID() }
func (s *Session) Renew(ctx context.Context) error   { return s.session.Renew(ctx) }
func (s *Session) Destroy(ctx context.Context) error { return s.session.Destroy(ctx) }
func (s *Session) Save(ctx context.Context) error    { return s.session.Save(ctx) }
func (s *Session) Cookie() *http.Cookie              { return s.session.Cookie() }

func (s *Session) GetToken() string  { return s.vars.Token.Get() }
func (s *Session) SetToken(v string) { s.vars.Token.Set(v) }
func (s *Session) HasToken() bool    { return s.vars.Token.Has() }
func (s *Session) ClearToken()       { s.vars.Token.Clear() }
func (s *Session) UpdateToken(ctx context.Context, fn func(*string) error) error {
	return s.vars.Token.Update(ctx, &s.session, "token", fn)
}

func (s *Session) GetVisits() int  { return s.vars.Visits.Get() }
func (s *Session) SetVisits(v int) { s.vars.Visits.Set(v) }
func (s *Session) HasVisits() bool { return s.vars.Visits.Has() }
func (s *Session) ClearVisits()    { s.vars.Visits.Clear() }
func (s *Session) UpdateVisits(ctx context.Context, fn func(*int) error) error {
	return s.vars.Visits.Update(ctx, &s.session, "visits", fn)
}

func (s *Session) GetCart(ctx context.Context) ([]string, error) {
	return s.vars.Cart.Get(ctx, &s.session, "cart")
}
func (s *Session) SetCart(v []string) { s.vars.Cart.Set(v) }
func (s *Session) HasCart(ctx context.Context) (bool, error) {
	return s.vars.Cart.Has(ctx, &s.session, "cart")
}
func (s *Session) ClearCart() { s.vars.Cart.Clear() }
func (s *Session) UpdateCart(ctx context.Context, fn func(*[]string) error) error {
	return s.vars.Cart.Update(ctx, &s.session, "cart", fn)
}

func (s *Session) GetNotice() string  { return s.vars.Notice.Get() }
func (s *Session) SetNotice(v string) { s.vars.Notice.Set(v) }
func (s *Session) HasNotice() bool    { return s.vars.Notice.Has() }
func (s *Session) ClearNotice()       { s.vars.Notice.Clear() }
func (s *Session) PopNotice() string  { return s.vars.Notice.Pop() }
func (s *Session) UpdateNotice(ctx context.Context, fn func(*string) error) error {
	return s.vars.Notice.Update(ctx, &s.session, "notice", fn)
}

func (s *Session) GetCode() string  { return s.vars.Code.Get() }
func (s *Session) SetCode(v string) { s.vars.Code.Set(v) }
func (s *Session) HasCode() bool    { return s.vars.Code.Has() }
func (s *Session) ClearCode()       { s.vars.Code.Clear() }
func (s *Session) UpdateCode(ctx context.Context, fn func(*string) error) error {
	return s.vars.Code.Update(ctx, &s.session, "code", fn)
}

func (s *Session) GetDraft() string  { return s.vars.Draft.Get() }
func (s *Session) SetDraft(v string) { s.vars.Draft.Set(v) }
func (s *Session) HasDraft() bool    { return s.vars.Draft.Has() }
func (s *Session) ClearDraft()       { s.vars.Draft.Clear() }
func (s *Session) UpdateDraft(ctx context.Context, fn func(*string) error) error {
	return s.vars.Draft.Update(ctx, &s.session, "draft", fn)
}
