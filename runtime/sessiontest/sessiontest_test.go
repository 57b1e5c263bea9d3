package sessiontest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/sessiontest"
)

func newSessions(t *testing.T) *Sessions {
	t.Helper()
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory(), Keys: [][]byte{[]byte("a key of 32 bytes, for the tests")}})
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// site greets, logs in and logs out.
func site(sessions *Sessions) http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, show func(w http.ResponseWriter, r *http.Request, s *Session) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s, err := sessions.From(r.Context())
			if err == nil {
				err = show(w, r, s)
			}
			if err != nil {
				sessions.Error(w, r, err)
			}
		})
	}
	page("GET /", func(w http.ResponseWriter, r *http.Request, s *Session) error {
		if r.TLS == nil {
			http.Error(w, "plain http", http.StatusUpgradeRequired)
			return nil
		}
		s.SetVisits(s.GetVisits() + 1)
		cart, err := s.GetCart(r.Context())
		if err == nil {
			http.SetCookie(w, &http.Cookie{Name: "theme", Value: "dark"})
			fmt.Fprintf(w, "%s %v %d themes", s.GetUser(), cart, len(r.CookiesNamed("theme")))
		}
		return err
	})
	page("POST /login", func(_ http.ResponseWriter, r *http.Request, s *Session) error {
		s.SetUser(r.PostFormValue("user"))
		return s.Renew(r.Context())
	})
	page("POST /logout", func(w http.ResponseWriter, r *http.Request, s *Session) error {
		http.SetCookie(w, &http.Cookie{Name: "theme", Expires: time.Unix(1, 0)})
		return s.Destroy(r.Context())
	})
	return sessions.Middleware(mux)
}

func TestVisitorHasTheSessionThatHandlersSeeAndChange(t *testing.T) {
	sessions := newSessions(t)
	handler := site(sessions)
	visitor := sessiontest.NewVisitor(t, sessions, SessionFields{User: "Ada", Visits: 3, Cart: []string{"tea"}})
	if s := visitor.Session(); s.IsNew() || s.GetVisits() != 3 {
		t.Errorf("new %t, %d visits", s.IsNew(), s.GetVisits())
	}
	for i, want := range []string{"Ada [tea] 0 themes", "Ada [tea] 1 themes"} {
		if page := visitor.Get(handler, "/"); page.Body.String() != want || visitor.Session().GetVisits() != 4+i {
			t.Errorf("%q, %d visits", page.Body, visitor.Session().GetVisits())
		}
	}
}

func TestVisitorKeepsTheCookiesOfResponses(t *testing.T) {
	sessions := newSessions(t)
	handler := site(sessions)
	visitor := sessiontest.NewStranger(t, sessions)
	if len(visitor.Cookies()) > 0 || !visitor.Session().IsNew() {
		t.Errorf("a stranger has %v", visitor.Cookies())
	}
	visitor.Get(handler, "https://shop.example/?from=elsewhere")
	stranger := visitor.Session().ID()
	visitor.PostForm(handler, "/login", url.Values{"user": {"Grace"}})
	if s := visitor.Session(); s.GetUser() != "Grace" || s.GetVisits() != 1 || s.ID() == stranger {
		t.Errorf("%+v, id %s and before %s", s.Values(), s.ID(), stranger)
	}
	visitor.Serve(handler, httptest.NewRequest("POST", "/logout", strings.NewReader("")))
	if s := visitor.Session(); !s.IsNew() || len(visitor.Cookies()) > 0 {
		t.Errorf("after the logout: %+v, %v", s.Values(), visitor.Cookies())
	}
}

func TestVisitorCanBelongToAnAccount(t *testing.T) {
	sessions := newSessions(t)
	for _, visitor := range []*sessiontest.Visitor[*Session]{
		sessiontest.NewVisitor(t, sessions, SessionFields{Visits: 3}),
		sessiontest.NewStranger(t, sessions),
	} {
		visitor.Login("ada", runtime.Label("a test"))
		logins, err := sessions.List(t.Context(), "ada")
		if err != nil || len(logins) != 1 || logins[0].ID != visitor.Session().ID() || logins[0].Label != "a test" {
			t.Errorf("%v, %v", logins, err)
		}
		if err := sessions.EndAll(t.Context(), "ada"); err != nil || !visitor.Session().IsNew() {
			t.Error("the session lives", err)
		}
	}
}

func TestVisitorLivesInABubbleOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		visitor := sessiontest.NewVisitor(t, newSessions(t), SessionFields{User: "Ada"})
		time.Sleep(24 * time.Hour)
		if !visitor.Session().IsNew() {
			t.Error("the session outlives its lifetime")
		}
	})
}

func TestVisitorDropsACookieWhenItsMaxAgeIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sessions := newSessions(t)
		visitor := sessiontest.NewVisitor(t, sessions, SessionFields{User: "Ada"})
		visitor.Login("ada", runtime.Remember(time.Hour))
		time.Sleep(time.Hour - time.Second)
		if len(visitor.Cookies()) != 1 {
			t.Error("the cookie is gone too soon")
		}
		time.Sleep(time.Second)
		if len(visitor.Cookies()) != 0 || !visitor.Session().IsNew() {
			t.Error("the cookie is still there")
		}
		visitor.Get(site(sessions), "/") // brings a cookie that ends with the browser
		time.Sleep(2 * time.Hour)
		if len(visitor.Cookies()) == 0 || visitor.Session().GetVisits() != 1 {
			t.Error("the time of another cookie ends this one")
		}
	})
}

func TestARequestCanBeSentAgain(t *testing.T) {
	sessions := newSessions(t)
	handler := site(sessions)
	visitor := sessiontest.NewVisitor(t, sessions, SessionFields{User: "Ada"})
	r := httptest.NewRequest("GET", "https://example.com/", nil)
	visitor.Serve(handler, r)
	visitor.PostForm(handler, "/login", url.Values{"user": {"Ada"}})
	visitor.Serve(handler, r)
	if s := visitor.Session(); s.GetVisits() != 2 {
		t.Errorf("%d visits", s.GetVisits())
	}
	t.Cleanup(func() {
		if visitor.Session().GetUser() != "Ada" {
			t.Error("the session can't be looked at in the end")
		}
	})
}

// A broken is a test that fails where this one should go on.
type broken struct {
	*testing.T
	text string
}

func (b *broken) Fatalf(format string, args ...any) {
	b.text = fmt.Sprintf(format, args...)
	panic(b)
}

func TestWhatFailsEndsTheTest(t *testing.T) {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		t.Fatal(err)
	}
	for want, act := range map[string]func(b *broken){
		"is not logged in: ": func(b *broken) { sessiontest.NewStranger(b, sessions).Login("ada") }, // without Keys
		"is not stored: ": func(b *broken) {
			sessiontest.NewVisitor(b, sessions, SessionFields{Cart: []string{strings.Repeat("x", 2<<20)}})
		},
	} {
		b := &broken{T: t}
		func() {
			defer func() {
				if recover() != any(b) || !strings.Contains(b.text, want) {
					t.Errorf("%q, want %q", b.text, want)
				}
			}()
			act(b)
		}()
	}
}
