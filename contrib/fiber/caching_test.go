package fibersession_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	fibersession "github.com/sessiongen/sessiongen/contrib/fiber"
	"github.com/sessiongen/sessiongen/runtime"
)

// cachingHeaders are those that tell caches what to do, and what a handler may set
// them to.
var cachingHeaders = map[string][][]string{
	"Cache-Control": {
		{"private"}, {"no-store"}, {"no-cache"}, {"public, max-age=60"}, {"PRIVATE , max-age=60"}, {`private="Set-Cookie"`},
		{`max-age=60, ext="a, private"`}, {`ext="\", private"`}, {"no-store, must-understand"}, {"max-age=60", "private"}, {"max-age=60", "public"},
	},
	"Vary":              {{"*"}, {"cookie"}, {"Origin"}, {"Origin, COOKIE"}, {"Origin", "Accept"}},
	"Cdn-Cache-Control": {{"max-age=60"}, {"private"}},
	"Surrogate-Control": {{"max-age=60"}, {"no-store"}},
	"Edge-Control":      {{"max-age=60"}},
	"X-Accel-Expires":   {{"60"}, {"0"}},
	"X-Other":           {{"max-age=60"}},
}

// sessionDeeds are what a handler may do to a session.
var sessionDeeds = map[string]func(*Session){
	"read":  func(s *Session) { s.GetVisits() },
	"set":   func(s *Session) { s.SetVisits(s.GetVisits() + 1) },
	"renew": func(s *Session) { s.Renew(context.Background()) },
	"end":   func(s *Session) { s.Destroy(context.Background()) },
}

// TestHeadersAreThoseOfTheMiddlewareOfNetHTTP lets handlers of both do the same.
func TestHeadersAreThoseOfTheMiddlewareOfNetHTTP(t *testing.T) {
	sessions, _ := newSessions(t, func(c *runtime.Config) {
		c.CookieName, c.Domain, c.Path, c.Partitioned = "session", "example.com", "/shop", true
	})
	visitors := map[string]func() []string{
		"new":       func() []string { return nil },
		"known":     func() []string { return []string{issue(t, sessions, SessionFields{Visits: 1})} },
		"malformed": func() []string { return []string{"session=planted"} },
		"unknown":   func() []string { return []string{"session=" + strings.Repeat("0", 36) + "." + strings.Repeat("A", 22)} },
		"ambiguous": func() []string {
			return []string{issue(t, sessions, SessionFields{Visits: 1}) + "; " + issue(t, sessions, SessionFields{Visits: 1})}
		},
	}
	headers := []http.Header{{}}
	for name, values := range cachingHeaders {
		for _, lines := range values {
			headers = append(headers, http.Header{name: lines})
		}
	}
	for visitor, cookies := range visitors {
		for deed, do := range sessionDeeds {
			for _, header := range headers {
				t.Run(fmt.Sprintf("%s, %s, %v", visitor, deed, header), func(t *testing.T) {
					want := ofNetHTTP(t, sessions, cookies(), header, do)
					got := ofFiber(t, sessions, cookies(), header, do)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("the header is\n%v\nnot\n%v", got, want)
					}
				})
			}
		}
	}
}

func TestHeadersOfNestedManagersAreThoseOfTheMiddlewareOfNetHTTP(t *testing.T) {
	outer, _ := newSessions(t, func(c *runtime.Config) { c.CookieName = "__Host-outer" })
	inner, _ := newSessions(t, func(c *runtime.Config) { c.CookieName = "__Host-inner" })
	sessionDeeds := maps.Clone(sessionDeeds)
	sessionDeeds["nothing"] = nil
	for outerDeed, doOuter := range sessionDeeds {
		for innerDeed, doInner := range sessionDeeds {
			for _, known := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, known %t", outerDeed, innerDeed, known), func(t *testing.T) {
					cookies := func() []string {
						if !known {
							return nil
						}
						return []string{issue(t, outer, SessionFields{Visits: 1}), issue(t, inner, SessionFields{Visits: 1})}
					}
					want := nestedInNetHTTP(t, outer, inner, cookies(), doOuter, doInner)
					got := nestedInFiber(t, outer, inner, cookies(), doOuter, doInner)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("the header is\n%v\nnot\n%v", got, want)
					}
				})
			}
		}
	}
}

func nestedInNetHTTP(t *testing.T, outer, inner *Sessions, cookies []string, doOuter, doInner func(*Session)) map[string][]string {
	t.Helper()
	with := func(sessions *Sessions, do func(*Session), next http.Handler) http.Handler {
		return sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if do != nil {
				session, err := sessions.From(r.Context())
				if err != nil {
					t.Error(err)
					return
				}
				do(session)
			}
			next.ServeHTTP(w, r)
		}))
	}
	page := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
	r.Header["Cookie"] = cookies
	with(outer, doOuter, with(inner, doInner, page)).ServeHTTP(w, r)
	return seenByCaches(w.Result())
}

func nestedInFiber(t *testing.T, outer, inner *Sessions, cookies []string, doOuter, doInner func(*Session)) map[string][]string {
	t.Helper()
	with := func(do func(*Session)) fiber.Handler {
		return func(c fiber.Ctx) error {
			if do != nil {
				session, err := fibersession.From[*Session](c)
				if err != nil {
					return err
				}
				do(session)
			}
			return c.Next()
		}
	}
	app := fiber.New()
	app.Use(fibersession.Middleware(outer), with(doOuter), fibersession.Middleware(inner), with(doInner))
	app.Get("/", func(fiber.Ctx) error { return nil })
	return seenByCaches(ask(t, app, cookies...).Response)
}

func ofNetHTTP(t *testing.T, sessions *Sessions, cookies []string, header http.Header, do func(*Session)) map[string][]string {
	t.Helper()
	page := func(w http.ResponseWriter, r *http.Request) {
		session, err := sessions.From(r.Context())
		if err != nil {
			t.Error(err)
			return
		}
		for name, lines := range header {
			w.Header()[name] = append([]string(nil), lines...)
		}
		do(session)
	}
	r, w := httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()
	r.Header["Cookie"] = cookies
	sessions.Middleware(http.HandlerFunc(page)).ServeHTTP(w, r)
	return seenByCaches(w.Result())
}

func ofFiber(t *testing.T, sessions *Sessions, cookies []string, header http.Header, do func(*Session)) map[string][]string {
	t.Helper()
	p := ask(t, serve(sessions, func(c fiber.Ctx) error {
		session, err := fibersession.From[*Session](c)
		if err != nil {
			return err
		}
		for name, lines := range header {
			for _, line := range lines {
				c.Response().Header.Add(name, line)
			}
		}
		do(session)
		return nil
	}), cookies...)
	return seenByCaches(p.Response)
}

// seenByCaches returns the fields for caches, and the cookies without the values
// that are random.
func seenByCaches(response *http.Response) map[string][]string {
	fields := map[string][]string{}
	for name := range cachingHeaders {
		if lines := response.Header.Values(name); len(lines) > 0 {
			fields[name] = lines
		}
	}
	for _, cookie := range response.Cookies() {
		if cookie.Value != "" {
			cookie.Value = "token"
		}
		fields["Set-Cookie"] = append(fields["Set-Cookie"], cookie.String())
	}
	if len(response.Cookies()) > 1 && response.Cookies()[0].Name != response.Cookies()[1].Name {
		slices.Sort(fields["Set-Cookie"]) // their order counts within one name alone
	}
	return fields
}
