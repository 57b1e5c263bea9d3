package migrations_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/gorilla/sessions"
	"github.com/sessiongen/sessiongen/examples/migrations/after"
	gorillabefore "github.com/sessiongen/sessiongen/examples/migrations/gorilla/before"
	scsbefore "github.com/sessiongen/sessiongen/examples/migrations/scs/before"
	"github.com/sessiongen/sessiongen/runtime"
)

// These tests show what the guides say of the other libraries, and that it is
// different here.

// A slow session is one that two requests have loaded side by side.
type slow struct {
	set    func() error // the visits, in the first request
	change func() error // the user, in the second request
	end    func() error // in the second request
	holds  func() (user string, visits int)
}

func scsSlow(t *testing.T) slow {
	manager := scsbefore.NewManager(memstore.NewWithCleanupInterval(0))
	load := func(token string) context.Context {
		ctx, err := manager.Load(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return ctx
	}
	first := load("")
	manager.Put(first, "user", "Ada")
	token, _, err := manager.Commit(first)
	if err != nil {
		t.Fatal(err)
	}
	one, two := load(token), load(token)
	commit := func(ctx context.Context) error { _, _, err := manager.Commit(ctx); return err }
	return slow{
		set:    func() error { manager.Put(one, "visits", 1); return commit(one) },
		change: func() error { manager.Put(two, "user", "Eve"); return commit(two) },
		end:    func() error { return manager.Destroy(two) },
		holds: func() (string, int) {
			ctx := load(token)
			return manager.GetString(ctx, "user"), manager.GetInt(ctx, "visits")
		},
	}
}

func gorillaSlow(t *testing.T) slow {
	store := sessions.NewFilesystemStore(t.TempDir(), []byte("a key of 32 bytes, for the tests"))
	var cookie *http.Cookie
	load := func() *sessions.Session {
		r := httptest.NewRequest("GET", "/", nil)
		if cookie != nil {
			r.AddCookie(cookie)
		}
		session, _ := store.New(r, gorillabefore.Name) // an ended one is a new one
		return session
	}
	save := func(session *sessions.Session) error {
		w := httptest.NewRecorder()
		err := store.Save(httptest.NewRequest("GET", "/", nil), w, session)
		if cookie == nil {
			cookie = w.Result().Cookies()[0]
		}
		return err
	}
	first := load()
	first.Values["user"] = "Ada"
	if err := save(first); err != nil {
		t.Fatal(err)
	}
	one, two := load(), load()
	return slow{
		set:    func() error { one.Values["visits"] = 1; return save(one) },
		change: func() error { two.Values["user"] = "Eve"; return save(two) },
		end:    func() error { two.Options.MaxAge = -1; return save(two) },
		holds: func() (string, int) {
			values := load().Values
			user, _ := values["user"].(string)
			visits, _ := values["visits"].(int)
			return user, visits
		},
	}
}

func newSlow(t *testing.T) slow {
	sessions := newSessions(t, runtime.NewMemory(), "")
	cookie, err := sessions.Issue(t.Context(), after.SessionFields{User: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	load := func() *after.Session {
		s, err := sessions.Open(t.Context(), cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, two := load(), load()
	return slow{
		set:    func() error { one.SetVisits(1); return one.Save(t.Context()) },
		change: func() error { two.SetUser("Eve"); return two.Save(t.Context()) },
		end:    func() error { return two.Destroy(t.Context()) },
		holds:  func() (string, int) { s := load(); return s.GetUser(), s.GetVisits() },
	}
}

func TestSlowRequestBringsASessionBackElsewhereButNotHere(t *testing.T) {
	for name, load := range map[string]func(*testing.T) slow{"scs": scsSlow, "gorilla": gorillaSlow} {
		s := load(t)
		if err := errors.Join(s.end(), s.set()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if user, visits := s.holds(); user != "Ada" || visits != 1 {
			t.Errorf("%s: the session holds %q and %d", name, user, visits)
		}
	}
	s := newSlow(t)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if err := s.set(); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("the slow request got %v", err)
	}
	if user, visits := s.holds(); user != "" || visits != 0 {
		t.Errorf("the session holds %q and %d", user, visits)
	}
}

func TestLaterRequestUndoesTheEarlierOneElsewhereButNotHere(t *testing.T) {
	for name, test := range map[string]struct {
		load func(*testing.T) slow
		want string
	}{"scs": {scsSlow, "Ada"}, "gorilla": {gorillaSlow, "Ada"}, "sessiongen": {newSlow, "Eve"}} {
		s := test.load(t)
		if err := errors.Join(s.change(), s.set()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if user, visits := s.holds(); user != test.want || visits != 1 {
			t.Errorf("%s: the session holds %q and %d", name, user, visits)
		}
	}
}

func TestCopyOfACookieOutlivesTheLogoutInACookieStoreAlone(t *testing.T) {
	fromEach(t, func(t *testing.T, old oldApp, store *runtime.Memcache) {
		s := newSite(t, old.before)
		b := newBrowser(t, s)
		b.login("Ada")
		cookie := b.cookie(old.cookie)
		b.logout()
		want := stranger
		if old.inCookie {
			want = "Hello Ada, visit number 1. You are logged in."
		}
		newBrowser(t, s, cookie).sees(want)
	})
}

func TestDefaultsOfTheOldCookies(t *testing.T) {
	options := sessions.NewCookieStore([]byte("a key of 32 bytes, for the tests")).Options
	if options.MaxAge != 30*24*60*60 || options.SameSite != http.SameSiteNoneMode || !options.Secure || options.HttpOnly {
		t.Errorf("of a CookieStore: %+v", options)
	}
	manager := scsbefore.NewManager(memstore.NewWithCleanupInterval(0))
	if !manager.Cookie.Persist || manager.Lifetime != 24*time.Hour {
		t.Errorf("of scs: %+v", manager)
	}
	manager.IdleTimeout = time.Hour
	ctx, err := manager.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := manager.Commit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if ctx, err = manager.Load(t.Context(), token); err != nil || manager.Status(ctx) != scs.Modified {
		t.Errorf("with an idle time-out scs does not store what is only read: %v", err)
	}
	plain, err := after.NewSessions(runtime.Config{Store: runtime.NewMemory(), InsecureHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	if manager.Cookie.Name != "session" || plain.CookieName() != "session" {
		t.Errorf("the names are %q and %q", manager.Cookie.Name, plain.CookieName())
	}
}

func TestOldSessionsOfAUserAreEndedInScs(t *testing.T) {
	store, marks := memstore.NewWithCleanupInterval(0), runtime.NewMemory()
	old, manager := scsApp(store), scsbefore.NewManager(store)
	s := newSite(t, old.before)
	ada, bob := newBrowser(t, s), newBrowser(t, s)
	ada.login("Ada")
	bob.login("Bob")
	s.deploy(old.during(newSessions(t, marks, ""), marks))
	if err := manager.Iterate(t.Context(), func(ctx context.Context) error {
		if manager.GetString(ctx, "user") != "Ada" {
			return nil
		}
		return manager.Destroy(ctx)
	}); err != nil {
		t.Fatal(err)
	}
	ada.sees(stranger)
	bob.sees("Hello Bob, visit number 1. You are logged in.")
}

func TestCookieStoreTakesNoMoreThanACookie(t *testing.T) {
	session := sessions.NewSession(gorillabefore.NewStore([]byte("a key of 32 bytes, for the tests")), gorillabefore.Name)
	session.Values["user"] = strings.Repeat("a", 4096)
	if err := session.Save(httptest.NewRequest("GET", "/", nil), httptest.NewRecorder()); err == nil {
		t.Error("saved")
	}
}

// A store that fails is not a session that has ended.
func TestFailingFilesKeepTheOldSession(t *testing.T) {
	dir := t.TempDir()
	old := gorillaApp(sessions.NewFilesystemStore(dir, []byte("a key of 32 bytes, for the tests")))
	marks := runtime.NewMemory()
	s := newSite(t, old.before)
	b := newBrowser(t, s)
	b.login("Ada")
	s.deploy(old.during(newSessions(t, marks, ""), marks))
	files, err := filepath.Glob(filepath.Join(dir, "session_*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	away := filepath.Join(t.TempDir(), "away")
	if err := errors.Join(os.Rename(files[0], away), os.Mkdir(files[0], 0o700)); err != nil {
		t.Fatal(err)
	}
	if status, page := b.open(); status != http.StatusServiceUnavailable || b.cookie(old.cookie) == nil {
		t.Errorf("status %d, page %q, cookies %v", status, page, b.client.Jar.Cookies(b.url()))
	}
	if err := errors.Join(os.Remove(files[0]), os.Rename(away, files[0])); err != nil {
		t.Fatal(err)
	}
	b.sees("Hello Ada, visit number 1. You are logged in.")
}
