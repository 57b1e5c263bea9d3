package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// startApp runs an app that counts the visits of its visitors, and returns its
// URL.
func startApp(t testing.TB, store runtime.Store, onEvent func(context.Context, runtime.Event)) string {
	t.Helper()
	sessions := newSessions(t, runtime.Config{Store: store, InsecureHTTP: true, OnEvent: onEvent})
	mux := http.NewServeMux()
	handle := func(pattern string, do func(r *http.Request, s *Session) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s, err := sessions.From(r.Context())
			if err != nil {
				http.Error(w, "", http.StatusServiceUnavailable)
				return
			}
			p := page{New: s.IsNew(), Owner: s.GetOwner(), Before: s.GetCount()}
			if err := do(r, s); err != nil {
				http.Error(w, "", statusOf(err))
				return
			}
			json.NewEncoder(w).Encode(p)
		})
	}
	handle("/visit", func(r *http.Request, s *Session) error {
		if s.IsNew() {
			s.SetOwner(r.FormValue("owner"))
		}
		s.SetCount(s.GetCount() + 1)
		return nil
	})
	handle("/look", func(*http.Request, *Session) error { return nil })
	handle("/login", func(r *http.Request, s *Session) error { return s.Renew(r.Context()) })
	handle("/logout", func(r *http.Request, s *Session) error { return s.Destroy(r.Context()) })
	server := httptest.NewServer(sessions.Middleware(mux))
	t.Cleanup(server.Close)
	return server.URL
}

func statusOf(err error) int {
	if isUnavailable(err) {
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}

// A page is what a visitor gets to see: the session as it was before the
// request changed it.
type page struct {
	New    bool
	Owner  string
	Before int
}

// A visitor is a browser that visits an app.
type visitor struct {
	name   string
	app    string
	client *http.Client
	jar    *cookiejar.Jar
}

func newVisitor(t testing.TB, app string, name string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{name, app, &http.Client{Jar: jar, Timeout: 2 * patience}, jar}
}

// get returns the page and the status. Whatever is not a matter of the store
// fails the test, and so does a page of another visitor.
func (v *visitor) get(t testing.TB, path string) (p page, status int) {
	response, err := v.client.Get(fmt.Sprintf("%s%s?owner=%s", v.app, path, v.name))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return p, 0
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if p.Owner != v.name && (!p.New || p.Owner != "") {
			t.Errorf("%s: the visitor %s sees a session of %q, new: %v", path, v.name, p.Owner, p.New)
		}
	case http.StatusServiceUnavailable, http.StatusConflict:
	default:
		t.Errorf("%s: status %d", path, response.StatusCode)
	}
	return p, response.StatusCode
}

// token returns the value of the visitor's cookie, empty without one.
func (v *visitor) token() string {
	u, err := url.Parse(v.app)
	if err != nil {
		panic(err)
	}
	for _, c := range v.jar.Cookies(u) {
		return c.Value
	}
	return ""
}

// id returns the id of the visitor's session.
func (v *visitor) id() string {
	id, _, _ := strings.Cut(v.token(), ".")
	return id
}
