package migrations_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	gorillabefore "github.com/sessiongen/sessiongen/examples/migrations/gorilla/before"
	scsbefore "github.com/sessiongen/sessiongen/examples/migrations/scs/before"
	scsduring "github.com/sessiongen/sessiongen/examples/migrations/scs/during"
	"github.com/sessiongen/sessiongen/runtime"
)

const stranger = "Hello , visit number 1."

func TestVisitorMovesWithAllVariables(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.sees(stranger)
		b.login("Ada")
		sessions := newSessions(t, store, "")
		s.deploy(old.during(sessions, store))
		b.sees("Hello Ada, visit number 2. You are logged in.")
		b.sees("Hello Ada, visit number 3.")
		if b.cookie(old.cookie) != nil || b.cookie(newCookie) == nil {
			t.Errorf("the browser has %v", b.client.Jar.Cookies(b.url()))
		}
		s.deploy(after.Handler(sessions))
		b.sees("Hello Ada, visit number 4.")
	})
}

func TestLogoutDuringTheMoveEndsBothSessions(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		b.sees("Hello Ada, visit number 1. You are logged in.")
		oldCookie := b.cookie(old.cookie)
		s.deploy(old.during(newSessions(t, store, ""), store))
		b.sees("Hello Ada, visit number 2.")
		moved := b.cookie(newCookie)
		b.logout()
		if left := b.client.Jar.Cookies(b.url()); len(left) != 0 {
			t.Errorf("the browser still has %v", left)
		}
		newBrowser(t, s, oldCookie).sees(stranger)
		newBrowser(t, s, moved).sees(stranger)
		newBrowser(t, s, oldCookie, moved).sees(stranger)
	})
}

// The first request that the new app gets of a visitor is the logout.
func TestLogoutMayBeTheFirstRequest(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		oldCookie := b.cookie(old.cookie)
		s.deploy(old.during(newSessions(t, store, ""), store))
		b.logout()
		if left := b.client.Jar.Cookies(b.url()); len(left) != 0 {
			t.Errorf("the browser still has %v", left)
		}
		newBrowser(t, s, oldCookie).sees(stranger)
	})
}

func TestWhoKnewTheOldCookieGainsNothingByALogin(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.sees(stranger)
		planted := b.cookie(old.cookie)
		s.deploy(old.during(newSessions(t, store, ""), store))
		b.login("Ada") // the request that moves the session, too
		// Just after a renewal, the cookie from before it is answered by status 409.
		if status, page := newBrowser(t, s, planted).open(); strings.Contains(page, "Ada") {
			t.Errorf("status %d, page %q", status, page)
		}
		b.sees("Hello Ada, visit number 2. You are logged in.")
	})
}

func TestRequestsAtOnceLoseNothing(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		const n = 8
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		cookie := b.cookie(old.cookie)
		s.deploy(old.during(newSessions(t, store, ""), store))
		var wg sync.WaitGroup
		moved := make([]*http.Cookie, n)
		for i := range moved {
			wg.Go(func() {
				r, err := http.NewRequest("GET", s.URL, nil)
				if err != nil {
					t.Error(err)
					return
				}
				r.AddCookie(cookie)
				response, err := s.Client().Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer response.Body.Close()
				if response.StatusCode != http.StatusOK {
					t.Error(response.Status)
				}
				for _, c := range response.Cookies() {
					if c.Name == newCookie {
						moved[i] = c
					}
				}
			})
		}
		wg.Wait()
		for _, c := range moved {
			if c == nil || c.Value != moved[0].Value {
				t.Fatalf("the answers have different cookies: %v", moved)
			}
		}
		newBrowser(t, s, moved[0]).sees("Hello Ada, visit number 9.")
	})
}

func TestVisitorWhoDidNotComeInTimeStartsAnew(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		s.deploy(after.Handler(newSessions(t, store, "")))
		b.sees(stranger)
	})
}

// Back at the old app, moved visitors start anew. A copy of an old cookie opens
// nothing, unless the session is in the cookie.
func TestRollbackLogsMovedVisitorsOut(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b, late := newBrowser(t, s), newBrowser(t, s)
		b.login("Ada")
		late.login("Bob")
		oldCookie := b.cookie(old.cookie)
		s.deploy(old.during(newSessions(t, store, ""), store))
		b.sees("Hello Ada, visit number 1. You are logged in.")
		b.logout()
		s.deploy(old.before)
		b.sees(stranger)
		late.sees("Hello Bob, visit number 1. You are logged in.") // was not moved
		want := stranger
		if old.inCookie {
			want = "Hello Ada, visit number 1. You are logged in."
		}
		newBrowser(t, s, oldCookie).sees(want)
	})
}

// Until the sessions of a first attempt have ended, they would count again.
func TestSecondAttemptNeedsAnotherNamespace(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		for namespace, want := range map[string]string{
			"session":  "Hello Ada of session, visit number 2.",
			"session2": stranger,
		} {
			s := newSite(t, old.before)
			b := newBrowser(t, s)
			b.login("Ada of " + namespace)
			s.deploy(old.during(newSessions(t, store, "session"), store))
			b.sees("Hello Ada of " + namespace + ", visit number 1. You are logged in.")
			s.deploy(old.before)
			b.login("Eve") // and out, which does not end Ada's session: the old app knows nothing of it
			b.logout()
			s.deploy(old.during(newSessions(t, store, namespace), store))
			b.sees(want)
		}
	})
}

func TestSecondAttemptInAnotherNamespaceMovesWhoHasLoggedInSince(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		s.deploy(old.during(newSessions(t, store, "session"), store))
		b.sees("Hello Ada, visit number 1. You are logged in.")
		s.deploy(old.before)
		b.login("Eve")
		s.deploy(old.during(newSessions(t, store, "session2"), store))
		b.sees("Hello Eve, visit number 1. You are logged in.")
	})
}

// A CookieStore may give two guests one cookie, if all that it holds is equal.
func TestGuestsWithEqualCookiesGetSessionsOfTheirOwn(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		one := newBrowser(t, s)
		one.sees(stranger)
		two := newBrowser(t, s, one.cookie(old.cookie))
		s.deploy(old.during(newSessions(t, store, ""), store))
		one.sees("Hello , visit number 2.")
		if old.inCookie {
			two.sees("Hello , visit number 2.")
			one.sees("Hello , visit number 3.")
		} else {
			two.sees("Hello , visit number 3.") // a cookie of these is one visitor's alone
		}
	})
}

// A CookieStore gives out a cookie at each visit, and each of them stays good.
func TestNoCopyOfAUsersCookieIsGoodAfterTheLogout(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		copies := []*http.Cookie{b.cookie(old.cookie)}
		for range 3 {
			b.post("/login", map[string][]string{"name": {"Ada"}})
			copies = append(copies, b.cookie(old.cookie))
		}
		s.deploy(old.during(newSessions(t, store, ""), store))
		b.sees("Hello Ada, visit number 1. You are logged in.")
		b.logout()
		for _, c := range copies {
			newBrowser(t, s, c).sees(stranger)
		}
	})
}

// The logout comes with another copy of the cookie, while the request that moves
// this one has just seen that there was none.
func TestLogoutStopsACopyThatIsJustBeingMoved(t *testing.T) {
	old := gorillaApp(gorillabefore.NewStore([]byte("a key of 32 bytes, for the tests")))
	store := &lookedStore{Store: runtime.NewMemory()}
	s := newSite(t, old.before)
	b := newBrowser(t, s)
	b.login("Ada")
	late := newBrowser(t, s, b.cookie(old.cookie))
	b.login("Ada") // which gives another cookie
	s.deploy(old.during(newSessions(t, store, ""), store))
	store.looked = b.logout
	late.sees(stranger)
	late.sees("Hello , visit number 2.")
}

// A lookedStore calls looked once when somebody has just looked for a logout.
type lookedStore struct {
	runtime.Store
	looked func()
}

func (s *lookedStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	items, err := s.Store.Get(ctx, keys)
	if looked := s.looked; looked != nil && strings.HasPrefix(keys[0], "loggedout:") {
		s.looked = nil
		looked()
	}
	return items, err
}

// memcached's clock ends in January 2038.
func TestOldSessionsThatLastForDecadesAreMoved(t *testing.T) {
	manager := scsbefore.NewManager(memstore.NewWithCleanupInterval(0))
	manager.Lifetime = 100 * 365 * 24 * time.Hour
	store := runtime.NewMemcache(startMemcached(t))
	t.Cleanup(func() { store.Close() })
	s := newSite(t, scsbefore.Handler(manager))
	b := newBrowser(t, s)
	b.login("Ada")
	oldCookie := b.cookie(manager.Cookie.Name)
	s.deploy(scsduring.Handler(newSessions(t, store, ""), store, manager))
	b.sees("Hello Ada, visit number 1. You are logged in.")
	b.logout()
	newBrowser(t, s, oldCookie).sees(stranger)
}

// The old app answers such a visitor with an error, too, at each request.
func TestSessionThatScsCantDecodeIsNotThrownAway(t *testing.T) {
	const token = "a-session-with-a-type-that-is-not-registered"
	store := memstore.NewWithCleanupInterval(0)
	if err := store.Commit(token, []byte("no gob"), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	old, marks := scsApp(store), runtime.NewMemory()
	s := newSite(t, old.before)
	b := newBrowser(t, s, &http.Cookie{Name: old.cookie, Value: token, Path: "/", Secure: true})
	if status, page := b.open(); status != http.StatusInternalServerError {
		t.Errorf("before: status %d, page %q", status, page)
	}
	s.deploy(old.during(newSessions(t, marks, ""), marks))
	if status, page := b.open(); status != http.StatusServiceUnavailable || b.cookie(old.cookie) == nil {
		t.Errorf("during: status %d, page %q, cookies %v", status, page, b.client.Jar.Cookies(b.url()))
	}
	if _, found, err := store.Find(token); !found || err != nil {
		t.Errorf("the old session is gone: %v", err)
	}
}
