// Package sessiontest helps to test handlers that use sessions. A [Visitor] sends
// requests to a handler, keeps the cookies as a browser does, and shows what its
// session holds:
//
//	visitor := sessiontest.NewVisitor(t, sessions, SessionFields{User: "Ada", Visits: 3})
//	page := visitor.Get(sessions.Middleware(mux), "/account")
//	if page.Body.String() != "Hello, Ada." || visitor.Session().GetVisits() != 4 {
//
// No server and no memcached is needed: give the sessions the store that
// [runtime.NewMemory] returns.
package sessiontest

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// Sessions is what generated code calls Sessions: S is its Session, and F the
// struct that declares it.
type Sessions[S Session, F any] interface {
	Open(ctx context.Context, token string) (S, error)
	Issue(ctx context.Context, values F) (*http.Cookie, error)
	CookieName() string
}

// Session is what generated code calls Session.
type Session interface {
	Login(ctx context.Context, account string, options ...runtime.RenewOption) error
	Save(ctx context.Context) error
	Cookie() *http.Cookie
}

// A Visitor is a visitor of a site that a test plays. It keeps the cookies that
// handlers set, by their names alone: all requests are to one host and path for it.
// Like a test, it belongs to one goroutine.
type Visitor[S Session] struct {
	t       testing.TB
	open    func(ctx context.Context, token string) (S, error)
	name    string // of the session's cookie
	cookies map[string]*http.Cookie
	ends    map[string]time.Time // of cookies that outlive a browser
}

// NewVisitor returns a visitor with a session that holds values. Fields with the
// zero value of their type are not set. What fails, here and in the methods of the
// visitor, ends the test.
func NewVisitor[S Session, F any](t testing.TB, sessions Sessions[S, F], values F) *Visitor[S] {
	t.Helper()
	v := NewStranger(t, sessions)
	cookie, err := sessions.Issue(t.Context(), values)
	if err != nil {
		t.Fatalf("the session of a visitor is not stored: %v", err)
	}
	v.keep(cookie)
	return v
}

// NewStranger returns a visitor who comes for the first time, without a cookie.
func NewStranger[S Session, F any](t testing.TB, sessions Sessions[S, F]) *Visitor[S] {
	return &Visitor[S]{t, sessions.Open, sessions.CookieName(), map[string]*http.Cookie{}, map[string]time.Time{}}
}

// Login makes the session that of an account, as the handler of a login does. The
// sessions need Keys for that.
func (v *Visitor[S]) Login(account string, options ...runtime.RenewOption) {
	v.t.Helper()
	s := v.Session()
	err := s.Login(v.t.Context(), account, options...)
	if err == nil {
		err = s.Save(v.t.Context())
	}
	if err != nil {
		v.t.Fatalf("a visitor is not logged in: %v", err)
	}
	if cookie := s.Cookie(); cookie != nil {
		v.keep(cookie)
	}
}

// Session returns the session as it is stored now, to look at: a new one if the
// visitor has none, or none any more. Getters of lazy variables ask the store. For an
// idle time-out it counts as a request of the visitor.
func (v *Visitor[S]) Session() S {
	v.t.Helper()
	token := ""
	for _, cookie := range v.Cookies() {
		if cookie.Name == v.name {
			token = cookie.Value
		}
	}
	s, err := v.open(v.context(), token)
	if err != nil {
		v.t.Fatalf("the session of a visitor can't be opened: %v", err)
	}
	return s
}

// Cookies returns what the visitor's next request has, sorted by name.
func (v *Visitor[S]) Cookies() []*http.Cookie {
	var cookies []*http.Cookie
	for _, name := range slices.Sorted(maps.Keys(v.cookies)) {
		if end, ends := v.ends[name]; ends && !time.Now().Before(end) {
			continue
		}
		cookies = append(cookies, v.cookies[name])
	}
	return cookies
}

// Get sends a GET request to the handler. The target is a path, or a URL.
func (v *Visitor[S]) Get(handler http.Handler, target string) *httptest.ResponseRecorder {
	v.t.Helper()
	return v.Serve(handler, v.request(http.MethodGet, target, ""))
}

// PostForm sends a form to the handler.
func (v *Visitor[S]) PostForm(handler http.Handler, target string, form url.Values) *httptest.ResponseRecorder {
	v.t.Helper()
	r := v.request(http.MethodPost, target, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.Serve(handler, r)
}

// context returns one that does not end before the functions of Cleanup.
func (v *Visitor[S]) context() context.Context { return context.WithoutCancel(v.t.Context()) }

// request returns one as it comes over https, where sessions are at home.
func (v *Visitor[S]) request(method, target, body string) *http.Request {
	v.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = "https://example.com" + target
	}
	return httptest.NewRequestWithContext(v.context(), method, target, strings.NewReader(body))
}

// Serve sends any request to the handler, with the visitor's cookies, and keeps those
// of the response. The handler has the middleware of the sessions around it, or in
// it. A redirect is not followed.
func (v *Visitor[S]) Serve(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	v.t.Helper()
	r = r.Clone(r.Context()) // it may be sent again, if it has no body
	for _, cookie := range v.Cookies() {
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		v.keep(cookie)
	}
	return w
}

// keep keeps a cookie, for as long as it says.
func (v *Visitor[S]) keep(cookie *http.Cookie) {
	v.cookies[cookie.Name] = cookie
	delete(v.ends, cookie.Name)
	switch {
	case cookie.MaxAge != 0: // below 0 is at once
		v.ends[cookie.Name] = time.Now().Add(time.Duration(cookie.MaxAge) * time.Second)
	case !cookie.Expires.IsZero():
		v.ends[cookie.Name] = cookie.Expires
	}
}
