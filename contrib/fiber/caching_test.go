package fibersession_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/sessiongen/sessiongen/contrib/fiber"
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
	return fields
}
