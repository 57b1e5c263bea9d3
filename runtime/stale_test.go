package runtime_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// login renews the session of a cookie as one request does, and returns the
// cookie that it gave.
func (w *world) login(token string) (renewed string) {
	w.t.Helper()
	s := w.open(token)
	if err := s.Renew(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return s.Cookie().Value
}

// The page's other requests, which the browser sent with the cookie from before
// the login, must not replace the cookie that the login gave. A browser that
// sends the old cookie later has never got the new one.
func TestCookieFromBeforeALoginIsGuardedForTenSeconds(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		err   error
	}{
		{0, runtime.ErrEnded},
		{9900 * time.Millisecond, runtime.ErrEnded},
		{10 * time.Second, nil},
		{30 * time.Second, nil},
		{59 * time.Second, nil},
		{2 * time.Minute, nil},
	} {
		for name, set := range map[string]func(ctx context.Context, s *Session) error{
			"set":  func(ctx context.Context, s *Session) error { s.SetVisits(1); return s.Save(ctx) },
			"lazy": func(ctx context.Context, s *Session) error { s.SetCart([]string{"tea"}); return s.Save(ctx) },
			"update": func(ctx context.Context, s *Session) error {
				return s.UpdateVisits(ctx, func(n *int) error { *n++; return nil })
			},
		} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				token := w.issue(SessionFields{Token: "x"})
				renewed := w.login(token)
				time.Sleep(c.after)
				s := w.open(token)
				if !s.IsNew() || s.HasToken() || s.ID() != "" {
					t.Errorf("the old cookie opens %+v", s.Values())
				}
				if err := set(t.Context(), s); !errors.Is(err, c.err) {
					t.Errorf("%s after %v: %v, want %v", name, c.after, err, c.err)
				}
				if got := s.Cookie(); got != nil != (c.err == nil) {
					t.Errorf("%s after %v: cookie %v", name, c.after, got)
				}
				if s := w.open(renewed); s.GetToken() != "x" || s.HasVisits() {
					t.Errorf("%s after %v reached the session that goes on: %+v", name, c.after, s.Values())
				}
			})
		}
	}
}

// A visitor who double-clicks "Log in", or loses the network while the answer
// is on its way, logs in again with the cookie from before the login.
func TestLoginWithTheCookieFromBeforeALoginMakesANewSession(t *testing.T) {
	for name, setFirst := range map[string]bool{"set, then renew": true, "renew, then set": false} {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "guest", Visits: 7})
		renewed := w.login(token)
		response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
			s := w.from(r)
			if setFirst {
				s.SetToken("user")
			}
			if err := s.Renew(r.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if !setFirst {
				s.SetToken("user")
			}
		})
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %s", name, response.Status)
		}
		again := sentCookie(t, response).Value
		if again[:36] == token[:36] || again[:36] == renewed[:36] {
			t.Errorf("%s: the id %s was used before", name, again[:36])
		}
		if s := w.open(again); s.GetToken() != "user" || s.HasVisits() {
			t.Errorf("%s: the new session holds %+v", name, s.Values())
		}
		if s := w.open(renewed); s.GetToken() != "guest" {
			t.Errorf("%s: the other session is %+v", name, s.Values())
		}
	}
}

// A request that had loaded the session before it was renewed can set nothing,
// for as long as a request may take. Its own Renew fails, too, because it can't
// know what it would carry on.
func TestWritesInFlightStayProtectedForTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		inFlight, renewing := w.open(token), w.open(token)
		w.login(token)
		time.Sleep(55 * time.Second)
		inFlight.SetToken("y")
		if err := inFlight.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("Save: %v", err)
		}
		if err := inFlight.Renew(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("Renew after it: %v", err)
		}
		if err := renewing.Renew(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("Renew: %v", err)
		}
	})
}

func TestRenewWithAStaleCookieStoresNothingByItself(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x"})
	w.login(token)
	w.store.take()
	response := w.request(cookieLine(token), func(_ http.ResponseWriter, r *http.Request) {
		if err := w.from(r).Renew(r.Context()); err != nil {
			t.Error(err)
		}
	})
	wantNoCookie(t, response)
	if calls := w.store.take(); len(calls) != 1 {
		t.Errorf("store calls %q, want the load alone", calls)
	}
}

// A request that came before the ten seconds were over, with an upload that
// took longer, was one of the page's requests, too.
func TestUploadThatBeganBeforeALoginDoesNotReplaceItsCookie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		r := httptest.NewRequest("POST", "https://shop.example/", strings.NewReader("file"))
		r.Header.Set("Cookie", cookieLine(token))
		recorder := httptest.NewRecorder()
		w.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			w.login(token)
			time.Sleep(11 * time.Second)
			w.from(r).SetToken("y")
		})).ServeHTTP(recorder, r)
		if response := recorder.Result(); response.StatusCode != http.StatusConflict || len(response.Cookies()) != 0 {
			t.Errorf("%s, cookies %v", response.Status, response.Cookies())
		}
	})
}

// A read meets a renewal half-way: the record is as it was before, a variable is
// marked already.
func TestReadThatMeetsARenewalIsGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		token := w.issue(SessionFields{Token: "x"})
		time.Sleep(time.Hour)
		before, _ := w.raw(token, "")
		w.login(token)
		half := &staleRecordStore{Store: w.store, record: before}
		s, err := mustSessions(t, runtime.Config{Store: half}).Open(t.Context(), token)
		if err != nil || !s.IsNew() {
			t.Fatalf("new %v, %v", s.IsNew(), err)
		}
		s.SetVisits(1)
		if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("Save: %v", err)
		}
	})
}

// A staleRecordStore returns one item as it was before.
type staleRecordStore struct {
	runtime.Store
	record runtime.Item
}

func (s *staleRecordStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	items, err := s.Store.Get(ctx, keys)
	if err == nil {
		items[s.record.Key] = s.record
	}
	return items, err
}
