package runtime_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

var (
	oldKey = []byte("an old key of the app's own")
	newKey = []byte("a new key of the app's own")
)

// withAccounts returns a world whose sessions can belong to accounts. configure may
// be nil.
func withAccounts(t *testing.T, configure func(*runtime.Config)) *world {
	return newWorld(t, func(c *runtime.Config) {
		c.Keys = [][]byte{newKey}
		if configure != nil {
			configure(c)
		}
	})
}

// loginTo logs a new browser in and returns its cookie.
func (w *world) loginTo(account string, options ...runtime.RenewOption) (token string) {
	w.t.Helper()
	s := w.open("")
	s.SetToken("of " + account)
	if err := s.Login(w.t.Context(), account, options...); err != nil {
		w.t.Fatal(err)
	}
	return s.Cookie().Value
}

// list returns the ids of an account's sessions.
func (w *world) list(account string) (ids []string) {
	w.t.Helper()
	logins, err := w.List(w.t.Context(), account)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range logins {
		ids = append(ids, l.ID)
	}
	return ids
}

// wantLives checks which of the cookies open a session, and that List agrees.
func (w *world) wantLives(account string, lives map[string]bool) {
	w.t.Helper()
	var ids []string
	for token, want := range lives {
		if s := w.open(token); !s.IsNew() != want {
			w.t.Errorf("the session %s lives: %v, want %v", token[:36], !s.IsNew(), want)
		}
		if want {
			ids = append(ids, token[:36])
		}
	}
	slices.Sort(ids)
	if got := slices.Sorted(slices.Values(w.list(account))); !slices.Equal(got, ids) {
		w.t.Errorf("List has %q, want %q", got, ids)
	}
}

func TestLoginOfANewSessionStoresWhatWasSet(t *testing.T) {
	w := withAccounts(t, nil)
	s := w.open("")
	s.SetVisits(3)
	if err := s.Login(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if s.IsNew() || s.Cookie() == nil || s.Cookie().Value[:36] != s.ID() || s.ID()[14] != '8' {
		t.Errorf("after Login: new %v, id %q, cookie %v", s.IsNew(), s.ID(), s.Cookie())
	}
	w.store.take()
	w.save(s)
	if calls := w.store.take(); len(calls) > 0 {
		t.Errorf("what Login has stored is stored again: %q", calls)
	}
	if again := w.open(s.Cookie().Value); again.GetVisits() != 3 {
		t.Errorf("holds %+v", again.Values())
	}
	w.wantEvent(runtime.EventCreated, "")
}

func TestLoginKeepsVariablesAndKillsTheOldCookie(t *testing.T) {
	w := withAccounts(t, nil)
	old := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}})
	s := w.open(old)
	s.SetVisits(2)
	if err := s.Login(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	w.save(s)
	again := w.open(s.Cookie().Value)
	if cart, err := again.GetCart(t.Context()); err != nil || len(cart) != 1 || again.GetToken() != "t" || again.GetVisits() != 2 {
		t.Errorf("holds %+v and %q, %v", again.Values(), cart, err)
	}
	w.wantLives("alice", map[string]bool{s.Cookie().Value: true, old: false})
}

func TestSessionsWithAndWithoutAnAccountLiveSideBySide(t *testing.T) {
	w := withAccounts(t, nil)
	guest, alice := w.issue(SessionFields{Token: "guest"}), w.loginTo("alice")
	if err := w.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if w.open(guest).GetToken() != "guest" || !w.open(alice).IsNew() {
		t.Error("EndAll ends what belongs to no account, or not what belongs to it")
	}
	w.wantEvent(runtime.EventDestroyed, "")
}

func TestEndAllEndsEverySessionOfTheAccount(t *testing.T) {
	w := withAccounts(t, nil)
	lives := map[string]bool{}
	for range 5 {
		lives[w.loginTo("alice")] = true
	}
	bob := w.loginTo("bob")
	w.wantLives("alice", lives)
	inFlight := w.open(slices.Collect(func(yield func(string) bool) {
		for token := range lives {
			if !yield(token) {
				return
			}
		}
	})[0])
	if err := w.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	for token := range lives {
		lives[token] = false
		for _, name := range []string{"", "token"} {
			if _, ok := w.raw(token, name); ok {
				t.Errorf("the item %q is still there", name)
			}
		}
	}
	inFlight.SetVisits(1)
	if err := inFlight.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("a set of a request in flight: %v", err)
	}
	if err := inFlight.Renew(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("its Renew: %v", err)
	}
	w.wantLives("alice", lives)
	w.wantLives("bob", map[string]bool{bob: true})
	after := w.loginTo("alice")
	w.wantLives("alice", map[string]bool{after: true})
	if err := w.EndAll(t.Context(), "nobody"); err != nil {
		t.Errorf("EndAll of an account without sessions: %v", err)
	}
}

func TestEndOthersLeavesExactlyOne(t *testing.T) {
	w := withAccounts(t, nil)
	mine, lives := w.loginTo("alice"), map[string]bool{}
	for range 3 {
		lives[w.loginTo("alice")] = false
	}
	s := w.open(mine)
	if err := s.EndOthers(t.Context()); err != nil {
		t.Fatal(err)
	}
	lives[mine] = true
	w.wantLives("alice", lives)
	s.SetVisits(9)
	w.save(s)
	if got := w.open(mine).GetVisits(); got != 9 {
		t.Errorf("it holds %d", got)
	}
	guest := w.open(w.issue(SessionFields{Token: "guest"}))
	if err := guest.EndOthers(t.Context()); err == nil || !strings.Contains(err.Error(), "Login") {
		t.Errorf("without an account: %v", err)
	}
	late := w.open(mine)
	if err := w.EndAll(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if err := late.EndOthers(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("of an ended session: %v", err)
	}
}

func TestEndEndsOneSessionByItsID(t *testing.T) {
	w := withAccounts(t, nil)
	one, other, guest := w.loginTo("alice"), w.loginTo("alice"), w.issue(SessionFields{Token: "guest"})
	inFlight := w.open(one)
	for _, token := range []string{one, guest} {
		if err := w.End(t.Context(), token[:36]); err != nil {
			t.Fatal(err)
		}
		if !w.open(token).IsNew() {
			t.Errorf("%s lives", token[:36])
		}
		if err := w.End(t.Context(), token[:36]); err != nil {
			t.Errorf("once more: %v", err)
		}
	}
	inFlight.SetVisits(1)
	if err := inFlight.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("a set of a request in flight: %v", err)
	}
	w.wantLives("alice", map[string]bool{one: false, other: true})
	renewed := w.login(other)
	if err := w.End(t.Context(), other[:36]); err != nil {
		t.Fatal(err)
	}
	w.wantLives("alice", map[string]bool{renewed: false})
}

func TestListShowsTheLivingSessionsNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withAccounts(t, func(c *runtime.Config) { c.IdleTimeout = 3 * time.Hour })
		began := time.Now()
		laptop := w.loginTo("alice", runtime.Label("laptop"))
		time.Sleep(90 * time.Minute)
		phone := w.loginTo("alice", runtime.Label("phone"), runtime.Remember(30*24*time.Hour))
		w.open(laptop)
		check := func(want ...runtime.Login) {
			t.Helper()
			got, err := w.List(t.Context(), "alice")
			if err != nil {
				t.Fatal(err)
			}
			same := func(a, b runtime.Login) bool {
				return a.ID == b.ID && a.Label == b.Label && a.Since.Equal(b.Since) && a.Seen.Equal(b.Seen) && a.Expires.Equal(b.Expires)
			}
			if !slices.EqualFunc(got, want, same) {
				t.Errorf("List has %v, want %v", got, want)
			}
		}
		hour := began.Add(90 * time.Minute).Truncate(time.Hour)
		p := runtime.Login{phone[:36], "phone", began.Add(90 * time.Minute), hour, began.Add(90*time.Minute + 30*24*time.Hour)}
		l := runtime.Login{laptop[:36], "laptop", began, hour, began.Add(24 * time.Hour)}
		check(p, l)
		renewed := w.login(laptop) // keeps its place
		l.ID, l.Expires = renewed[:36], time.Now().Add(24*time.Hour)
		check(p, l)
		w.erase(phone, "")
		check(l)
		time.Sleep(4 * time.Hour) // the session was idle for too long
		check()
	})
}

func TestMaxLoginsEndsTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withAccounts(t, func(c *runtime.Config) { c.MaxLogins = 3 })
		var tokens []string
		for range 5 {
			tokens = append(tokens, w.loginTo("alice"))
			time.Sleep(time.Millisecond) // which of two in one millisecond is older is not told
		}
		w.wantLives("alice", map[string]bool{tokens[0]: false, tokens[1]: false, tokens[2]: true, tokens[3]: true, tokens[4]: true})
		w.wantEvent(runtime.EventEnded, "")
		renewed := w.login(tokens[2]) // is no login more
		w.wantLives("alice", map[string]bool{renewed: true, tokens[3]: true, tokens[4]: true})
	})
}

func TestWithOneLoginAnAccountHasTheNewestSession(t *testing.T) {
	w := withAccounts(t, func(c *runtime.Config) { c.MaxLogins = 1 })
	lives := map[string]bool{}
	for range 4 {
		token := w.loginTo("alice")
		for other := range lives {
			lives[other] = false
		}
		lives[token] = true
		w.wantLives("alice", lives)
	}
}

// Whoever logs in every day, and never out, must not fill the account's item.
func TestExpiredLoginsAreDroppedInPassing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withAccounts(t, nil)
		w.loginTo("alice", runtime.Remember(300*24*time.Hour)) // or else the whole item expires
		size := len(w.accountItem(w.loginTo("alice")).Value)
		for range 10 {
			time.Sleep(25 * time.Hour)
			if got := len(w.accountItem(w.loginTo("alice")).Value); got > size {
				t.Fatalf("the item has grown from %d to %d bytes", size, got)
			}
		}
	})
}

func TestAccountThatTheStoreFindsTooLargeSaysWhatToDo(t *testing.T) {
	w := withAccounts(t, nil)
	w.store.fail = func(call string, keys []string) error {
		if len(keys[0]) == len("session:")+18 && strings.HasPrefix(call, "add") {
			return runtime.ErrTooLarge
		}
		return nil
	}
	err := w.open("").Login(t.Context(), "alice")
	if !errors.Is(err, runtime.ErrTooLarge) || errors.Is(err, runtime.ErrUnavailable) || !strings.Contains(err.Error(), "MaxLogins") {
		t.Errorf("error %v", err)
	}
}

func TestDestroyWithAnOldCookieEndsTheSuccessor(t *testing.T) {
	for name, begin := range map[string]func(*world) string{
		"of a guest":    func(w *world) string { return w.issue(SessionFields{Token: "t"}) },
		"of an account": func(w *world) string { return w.loginTo("alice") },
	} {
		for _, times := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, renewed %d times", name, times), func(t *testing.T) {
				w := withAccounts(t, nil)
				victim := begin(w)
				thief := victim
				for range times {
					thief = w.login(thief)
				}
				s := w.open(victim)
				if err := s.Destroy(t.Context()); err != nil {
					t.Fatal(err)
				}
				if c := s.Cookie(); c == nil || c.MaxAge >= 0 {
					t.Errorf("cookie %v", c)
				}
				if !w.open(thief).IsNew() {
					t.Error("a thief who renews outlives the logout")
				}
				if ids := w.list("alice"); len(ids) > 0 {
					t.Errorf("List has %q", ids)
				}
			})
		}
	}
}

func TestDestroyOfASessionThatIsRenewedMeanwhileEndsTheSuccessor(t *testing.T) {
	for _, found := range []string{"by Destroy", "by a set before"} {
		w := withAccounts(t, nil)
		token := w.loginTo("alice")
		late := w.open(token)
		thief := w.login(token)
		if found == "by a set before" {
			late.SetToken("x")
			if err := late.Save(t.Context()); !errors.Is(err, runtime.ErrEnded) {
				t.Fatal(err)
			}
		}
		if err := late.Destroy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !w.open(thief).IsNew() {
			t.Errorf("found %s: a thief who renews outlives the logout", found)
		}
	}
}

func TestEvictedAccountItemEndsItsSessionsForGood(t *testing.T) {
	w := withAccounts(t, nil)
	one, other := w.loginTo("alice"), w.loginTo("alice")
	inFlight := w.open(one)
	if err := w.store.Store.Delete(t.Context(), []string{"session:" + one[:18]})[0]; err != nil {
		t.Fatal(err)
	}
	w.events = nil
	if !w.open(other).IsNew() {
		t.Error("it lives without its account's item")
	}
	w.wantEvent(runtime.EventLost, "")
	if err := inFlight.Renew(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("a Renew in flight: %v", err)
	}
	after := w.loginTo("alice")
	w.events = nil
	w.wantLives("alice", map[string]bool{one: false, other: false, after: true})
	w.wantEvent(runtime.EventEnded, "")
}

func TestDoubleClickedLoginLeavesTwoSessionsAtMostAndTheBrowserOne(t *testing.T) {
	w := withAccounts(t, nil)
	guest := w.issue(SessionFields{Token: "t", Visits: 4})
	first, second := w.open(guest), w.open(guest)
	second.SetNotice("welcome")
	for _, s := range []*Session{first, second} {
		if err := s.Login(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
	}
	if second.HasVisits() || second.GetNotice() != "welcome" {
		t.Errorf("the second holds %+v", second.Values())
	}
	w.save(second)
	third := w.open(guest) // by a browser that has got neither answer
	if err := third.Login(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if err := third.EndOthers(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wantLives("alice", map[string]bool{
		guest: false, first.Cookie().Value: false, second.Cookie().Value: false, third.Cookie().Value: true,
	})
}

func TestLoginToAnotherAccountLeavesTheFirst(t *testing.T) {
	w := withAccounts(t, nil)
	alice := w.loginTo("alice", runtime.Remember(30*24*time.Hour), runtime.Label("laptop"))
	s := w.open(alice)
	if err := s.Login(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	if s.Cookie().MaxAge != 0 {
		t.Errorf("bob is remembered as alice was: %v", s.Cookie())
	}
	w.wantLives("alice", map[string]bool{alice: false})
	w.wantLives("bob", map[string]bool{s.Cookie().Value: true})
	logins, err := w.List(t.Context(), "bob")
	if err != nil || len(logins) != 1 || logins[0].Label != "" || logins[0].Expires.After(time.Now().Add(25*time.Hour)) {
		t.Errorf("bob has %v, %v", logins, err)
	}
}

// A handler that resets a password ends all sessions, its own with them, and logs the
// visitor in.
func TestLoginAfterEndAllIsANewSession(t *testing.T) {
	w := withAccounts(t, nil)
	for _, account := range []string{"alice", "bob"} {
		s := w.open(w.loginTo("alice"))
		s.SetNotice("your password has changed")
		if err := w.EndAll(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
		if err := s.Login(t.Context(), account); err != nil {
			t.Fatal(err)
		}
		if s.HasToken() || s.GetNotice() == "" {
			t.Errorf("it holds %+v", s.Values())
		}
		w.wantLives(account, map[string]bool{s.Cookie().Value: true})
		if again := w.open(s.Cookie().Value); again.HasToken() || again.GetNotice() == "" {
			t.Errorf("what is stored of it is %+v", again.Values())
		}
	}
}

func TestRequestWhoseLoginFailedStoresNothing(t *testing.T) {
	w := withAccounts(t, nil)
	guest := w.issue(SessionFields{Token: "t"})
	for name, token := range map[string]string{"of a guest": guest, "of a new visitor": ""} {
		s := w.open(token)
		s.SetVisits(1)
		w.store.fail = func(call string, _ []string) error {
			if strings.HasPrefix(call, "add") {
				return runtime.ErrUnavailable
			}
			return nil
		}
		if err := s.Login(t.Context(), "alice"); !errors.Is(err, runtime.ErrUnavailable) {
			t.Fatalf("%s: %v", name, err)
		}
		w.store.fail = nil
		s.SetNotice("welcome, alice")
		if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: Save: %v", name, err)
		}
		if err := s.UpdateVisits(t.Context(), func(*int) error { return nil }); !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: Update: %v", name, err)
		}
		if err := s.Renew(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: Renew: %v", name, err)
		}
		if c := s.Cookie(); c != nil {
			t.Errorf("%s: cookie %v", name, c)
		}
		if err := s.Login(t.Context(), "alice"); err != nil {
			t.Errorf("%s: Login once more: %v", name, err)
		}
		s.SetDraft("more")
		w.save(s)
		if again := w.open(s.Cookie().Value); again.GetVisits() != 1 || again.GetNotice() != "welcome, alice" || again.GetDraft() != "more" {
			t.Errorf("%s: holds %+v", name, again.Values())
		}
	}
}

// A lazy variable that is lost ends the session for who reads it. A login reads all
// of them, and must not leave the old cookie to who does not.
func TestLoginEndsASessionThatHasLostAVariable(t *testing.T) {
	for _, from := range []string{"a guest", "an account"} {
		w := withAccounts(t, nil)
		s := w.open("")
		s.SetToken("t")
		s.SetCart([]string{"tea"})
		if from == "an account" {
			if err := s.Login(t.Context(), "alice"); err != nil {
				t.Fatal(err)
			}
		}
		w.save(s)
		old := s.Cookie().Value
		w.erase(old, "cart")
		s = w.open(old)
		if err := s.Login(t.Context(), "alice"); err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		w.wantLives("alice", map[string]bool{old: false, s.Cookie().Value: true})
	}
}

// The handler finds out behind Login that the visitor may not be let in after all.
func TestDestroyAfterALoginInThePlaceOfARenewedSessionEndsBoth(t *testing.T) {
	for _, loaded := range []string{"before the renewal", "behind it"} {
		for _, failing := range []bool{false, true} {
			w := withAccounts(t, nil)
			token := w.issue(SessionFields{Token: "t"})
			s := w.open(token)
			thief := w.login(token)
			if loaded == "behind it" {
				s = w.open(token)
			}
			if failing {
				w.store.fail = func(call string, keys []string) error {
					if strings.HasPrefix(call, "add") && len(keys) == 1 { // of the new session
						return runtime.ErrUnavailable
					}
					return nil
				}
			}
			if err := s.Login(t.Context(), "alice"); (err != nil) != failing {
				t.Fatal(err)
			}
			w.store.fail = nil
			if err := s.Destroy(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !w.open(thief).IsNew() {
				t.Errorf("loaded %s, login fails: %v: what the session was renewed to lives", loaded, failing)
			}
			w.wantLives("alice", nil)
		}
	}
}

func TestLoginThatCantEnterLeavesNothing(t *testing.T) {
	w := withAccounts(t, nil)
	w.store.fail = func(call string, keys []string) error {
		if len(keys[0]) == len("session:")+18 && strings.HasPrefix(call, "add") {
			return runtime.ErrTooLarge
		}
		return nil
	}
	s := w.open("")
	s.SetToken("t")
	if err := s.Login(t.Context(), "alice"); !errors.Is(err, runtime.ErrTooLarge) {
		t.Fatal(err)
	}
	deleted := false
	for _, call := range w.store.take() {
		deleted = deleted || strings.HasPrefix(call, "delete ")
	}
	if !deleted {
		t.Error("the session's items stay")
	}
}

// Another tab has renewed the session under the other key just then.
func TestEndOthersOfASessionThatHasMovedEndsNobody(t *testing.T) {
	store := &spyStore{Store: runtime.NewMemory()}
	with := func(keys ...[]byte) *world {
		w := &world{t: t, store: store}
		w.Sessions = mustSessions(t, runtime.Config{Store: store, Keys: keys})
		return w
	}
	both, turned := with(oldKey, newKey), with(newKey, oldKey)
	mine, other := both.loginTo("alice"), both.loginTo("alice")
	s := both.open(mine)
	moved := turned.login(mine)
	if err := s.EndOthers(t.Context()); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("EndOthers: %v", err)
	}
	both.wantLives("alice", map[string]bool{mine: false, moved: true, other: true})
}

// A handler may log in twice, and ends at last what each cookie has become.
func TestDestroyEndsWhatEveryCookieOfTheRequestHasBecome(t *testing.T) {
	w := withAccounts(t, nil)
	old := w.issue(SessionFields{Token: "guest"})
	thief := w.open(old)
	s := w.open(old)
	for _, do := range []func() error{
		func() error { return thief.Login(t.Context(), "bob") },
		func() error { return s.Login(t.Context(), "alice") },
		func() error { return w.EndAll(t.Context(), "alice") },
		func() error { return s.Login(t.Context(), "alice") },
		func() error { return s.Destroy(t.Context()) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	if !w.open(thief.Cookie().Value).IsNew() {
		t.Error("what the first cookie has become lives")
	}
}

func TestEndOthersAfterALoginThatFailedEndsNobody(t *testing.T) {
	w := withAccounts(t, nil)
	phone, laptop := w.loginTo("alice"), w.loginTo("alice")
	s := w.open(laptop)
	failed := s.Login(t.Context(), "bob", runtime.Label("\xff"))
	if err := s.EndOthers(t.Context()); failed == nil || !errors.Is(err, failed) {
		t.Errorf("Login: %v, EndOthers: %v", failed, err)
	}
	w.wantLives("alice", map[string]bool{phone: true, laptop: true})
}

// Nobody has the cookie of a login whose last step failed.
func TestLoginThatFailedAtLastLeavesNoDevice(t *testing.T) {
	w := withAccounts(t, nil)
	token := w.loginTo("alice")
	s := w.open(token)
	w.store.fail = func(call string, keys []string) error {
		if strings.HasPrefix(call, "swap") && keys[0] == "session:"+token[:18] { // to take alice's login away, at last
			return runtime.ErrUnavailable
		}
		return nil
	}
	err := s.Login(t.Context(), "bob")
	w.store.fail = nil
	if !errors.Is(err, runtime.ErrUnavailable) {
		t.Fatal(err)
	}
	w.wantLives("bob", nil)
}

func TestLoweredMaxLoginsCountsFromTheNextLoginOn(t *testing.T) {
	w := withAccounts(t, nil)
	lives := map[string]bool{}
	var last string
	for range 5 {
		last = w.loginTo("alice")
		lives[last] = false
	}
	w.Sessions = mustSessions(t, runtime.Config{Store: w.store, Keys: [][]byte{newKey}, MaxLogins: 2})
	s := w.open(last)
	if err := s.Login(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if ids := w.list("alice"); len(ids) != 2 || !slices.Contains(ids, s.ID()) {
		t.Errorf("List has %q, and %q has logged in", ids, s.ID())
	}
}
