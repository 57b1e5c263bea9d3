package runtime_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

const month = 30 * 24 * time.Hour

func TestRememberedSessionOutlivesTheBrowserAndKeepsItsLifetime(t *testing.T) {
	for name, remember := range map[string]func(t *testing.T, s *Session) error{
		"by Renew": func(t *testing.T, s *Session) error { return s.Renew(t.Context(), runtime.Remember(month)) },
		"by Login": func(t *testing.T, s *Session) error { return s.Login(t.Context(), "alice", runtime.Remember(month)) },
	} {
		for _, began := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, new: %v", name, !began), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := withAccounts(t, nil)
					s := w.open("")
					if began {
						s = w.open(w.issue(SessionFields{Token: "t"}))
					}
					s.SetVisits(1)
					if err := remember(t, s); err != nil {
						t.Fatal(err)
					}
					w.save(s)
					if c := s.Cookie(); c.MaxAge != int(month/time.Second) {
						t.Errorf("cookie %v", c)
					}
					time.Sleep(month - time.Hour)
					s = w.open(s.Cookie().Value)
					if s.GetVisits() != 1 {
						t.Fatalf("holds %+v an hour before its end", s.Values())
					}
					if err := s.Renew(t.Context()); err != nil { // starts anew, as it was
						t.Fatal(err)
					}
					if c := s.Cookie(); c.MaxAge != int(month/time.Second) {
						t.Errorf("cookie %v after a Renew without options", c)
					}
					token := s.Cookie().Value
					time.Sleep(month - time.Second)
					if w.open(token).GetVisits() != 1 {
						t.Error("it ends sooner")
					}
					time.Sleep(time.Second)
					if !w.open(token).IsNew() {
						t.Error("it lives longer")
					}
				})
			})
		}
	}
}

func TestLifetimeOfOneSessionLeavesItsCookieAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withAccounts(t, nil)
		s := w.open(w.issue(SessionFields{Token: "t"}))
		if err := s.Renew(t.Context(), runtime.Lifetime(90*time.Second)); err != nil {
			t.Fatal(err)
		}
		if c := s.Cookie(); c.MaxAge != 0 {
			t.Errorf("cookie %v", c)
		}
		token := s.Cookie().Value
		time.Sleep(89 * time.Second)
		if w.open(token).IsNew() {
			t.Error("it ends sooner")
		}
		time.Sleep(time.Second)
		if !w.open(token).IsNew() {
			t.Error("it lives longer")
		}
	})
}

func TestLoginWithoutRememberEndsWhatAnEarlierOneAskedFor(t *testing.T) {
	w := withAccounts(t, nil)
	s := w.open(w.loginTo("alice", runtime.Remember(month), runtime.Label("laptop")))
	if err := s.Login(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if c := s.Cookie(); c.MaxAge != 0 {
		t.Errorf("cookie %v", c)
	}
	if err := s.Renew(t.Context(), runtime.Label("tablet")); err != nil {
		t.Fatal(err)
	}
	logins, err := w.List(t.Context(), "alice")
	if err != nil || len(logins) != 1 || logins[0].Label != "tablet" {
		t.Errorf("List has %v, %v", logins, err)
	}
}

func TestPersistentCookieFollowsTheLifetimeOfItsSession(t *testing.T) {
	w := withAccounts(t, func(c *runtime.Config) { c.Persistent = true })
	s := w.open(w.issue(SessionFields{Token: "t"}))
	if err := s.Renew(t.Context(), runtime.Lifetime(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if c := s.Cookie(); c.MaxAge != 3600 {
		t.Errorf("cookie %v", c)
	}
}

func TestBadInputOfAccountsIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := withAccounts(t, nil)
	without := newWorld(t, nil)
	ctx := t.Context()
	token, guest := w.loginTo("alice"), without.issue(SessionFields{Token: "t"})
	w.store.take()
	login := func(account string, options ...runtime.RenewOption) func() error {
		return func() error { return w.open(token).Login(ctx, account, options...) }
	}
	renew := func(o runtime.RenewOption) func() error { return func() error { return w.open(token).Renew(ctx, o) } }
	for name, c := range map[string]struct {
		do   func() error
		want string
	}{
		"an empty account":                 {login(""), "account is empty"},
		"a long account":                   {login(strings.Repeat("x", 257)), "257 bytes, more than 256"},
		"a long label":                     {login("alice", runtime.Label(strings.Repeat("x", 65))), "65 bytes, more than 64"},
		"a label not in UTF-8":             {login("alice", runtime.Label("\xff")), "not UTF-8"},
		"a long label in Renew":            {renew(runtime.Label(strings.Repeat("x", 65))), "65 bytes, more than 64"},
		"no lifetime":                      {login("alice", runtime.Remember(0)), "less than a second"},
		"a negative lifetime":              {renew(runtime.Lifetime(-time.Hour)), "-1h0m0s"},
		"a short lifetime":                 {renew(runtime.Lifetime(time.Second - 1)), "less than a second"},
		"a lifetime past 2038":             {renew(runtime.Remember(30 * 365 * 24 * time.Hour)), "2038"},
		"the longest lifetime of all":      {renew(runtime.Remember(math.MaxInt64)), "2038"},
		"List of an empty account":         {func() error { _, err := w.List(ctx, ""); return err }, "account is empty"},
		"EndAll of a long account":         {func() error { return w.EndAll(ctx, strings.Repeat("x", 257)) }, "257 bytes"},
		"End of no id":                     {func() error { return w.End(ctx, "") }, `"" is not the id`},
		"End of an id that is no UUID":     {func() error { return w.End(ctx, token[:35]+"x") }, "36 bytes"},
		"End of a UUID of another version": {func() error { return w.End(ctx, "6ba7b810-9dad-11d1-80b4-00c04fd430c8") }, "6ba7b810"},
		"End of a whole cookie":            {func() error { return w.End(ctx, token) }, "is not the id"},
		"End of a cookie's secret":         {func() error { return w.End(ctx, token[37:]) }, "is not the id"},
		"Login without Keys":               {func() error { return without.open(guest).Login(ctx, "alice") }, "Config.Keys"},
		"Login of a new one without Keys":  {func() error { return without.open("").Login(ctx, "alice") }, "Config.Keys"},
		"List without Keys":                {func() error { _, err := without.List(ctx, "alice"); return err }, "Config.Keys"},
		"EndAll without Keys":              {func() error { return without.EndAll(ctx, "alice") }, "Config.Keys"},
		"End in an account without Keys":   {func() error { return without.End(ctx, token[:36]) }, "Config.Keys"},
	} {
		err := c.do()
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sessiongen: ") {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
			continue
		}
		if strings.Contains(err.Error(), token[36:39]) {
			t.Errorf("%s: the error holds the secret: %v", name, err)
		}
		for _, call := range append(w.store.take(), without.store.take()...) {
			if !strings.HasPrefix(call, "get ") { // which opened the session
				t.Errorf("%s: %q was sent", name, call)
			}
		}
	}
	if w.open(token).IsNew() || without.open(guest).IsNew() {
		t.Error("bad input ends a session")
	}
}

func TestStoreThatIsDownKeepsTheOldCookie(t *testing.T) {
	w := withAccounts(t, nil)
	token := w.loginTo("alice")
	ctx := t.Context()
	for name, do := range map[string]func(s *Session) error{
		"Login":     func(s *Session) error { return s.Login(ctx, "alice") },
		"Renew":     func(s *Session) error { return s.Renew(ctx) },
		"Destroy":   func(s *Session) error { return s.Destroy(ctx) },
		"EndOthers": func(s *Session) error { return s.EndOthers(ctx) },
		"List":      func(*Session) error { _, err := w.List(ctx, "alice"); return err },
		"EndAll":    func(*Session) error { return w.EndAll(ctx, "alice") },
		"End":       func(*Session) error { return w.End(ctx, token[:36]) },
	} {
		s := w.open(token)
		w.store.fail = func(string, []string) error { return fmt.Errorf("down: %w", runtime.ErrUnavailable) }
		if err := do(s); !errors.Is(err, runtime.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		w.store.fail = nil
		if c := s.Cookie(); c != nil {
			t.Errorf("%s: cookie %v", name, c)
		}
		if w.open(token).IsNew() {
			t.Errorf("%s has ended the session", name)
		}
	}
}

func TestLabelsOfAnyBytesComeBackOrAreRefused(t *testing.T) {
	w := withAccounts(t, nil)
	for _, label := range []string{"", "Firefox on Linux", "<script>alert(1)</script>", "\x00\r\n", "Räuber 🦊", strings.Repeat("é", 32)} {
		account := "account of " + label
		w.loginTo(account, runtime.Label(label))
		if logins, err := w.List(t.Context(), account); err != nil || len(logins) != 1 || logins[0].Label != label {
			t.Errorf("%q comes back as %v, %v", label, logins, err)
		}
	}
	for b := 0x80; b < 0x100; b++ {
		if err := w.open("").Login(t.Context(), "alice", runtime.Label(string([]byte{byte(b)}))); err == nil {
			t.Errorf("the byte %x is taken", b)
		}
	}
}

func FuzzAccountNameAndLabel(f *testing.F) {
	f.Add("alice", "laptop")
	f.Add("\xff\x00", "🦊")
	f.Fuzz(func(t *testing.T, account, label string) {
		w := withAccounts(t, nil)
		s := w.open("")
		if err := s.Login(t.Context(), account, runtime.Label(label)); err != nil {
			if s.Cookie() != nil || account != "" && len(account) <= 256 && len(label) <= 64 && strings.ToValidUTF8(label, "") == label {
				t.Errorf("%q, %q: %v", account, label, err)
			}
			return
		}
		logins, err := w.List(t.Context(), account)
		if err != nil || len(logins) != 1 || logins[0].Label != label || logins[0].ID != s.ID() {
			t.Errorf("%q, %q: List has %v, %v", account, label, logins, err)
		}
	})
}

func TestRenewalThatWouldReachPast2038IsRefused(t *testing.T) {
	w := withAccounts(t, nil)
	token := w.loginTo("alice", runtime.Remember(9*365*24*time.Hour))
	s := w.open(token)
	w.Sessions.manager.SetClock(func() time.Time { return time.Now().Add(3 * 365 * 24 * time.Hour) })
	if err := s.Renew(t.Context()); err == nil || errors.Is(err, runtime.ErrUnavailable) || !strings.Contains(err.Error(), "2038") {
		t.Errorf("error %v", err)
	}
	if err := s.Renew(t.Context(), runtime.Remember(month)); err != nil {
		t.Errorf("with another lifetime: %v", err)
	}
}
