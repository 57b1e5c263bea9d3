package faults

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// newAccounts is newSessions for sessions that can belong to accounts.
func newAccounts(t testing.TB, config runtime.Config) *Sessions {
	t.Helper()
	config.Keys = oneKey[0]
	return newSessions(t, config)
}

// ofAccount is what each session of an account holds, so that a value of another
// account is recognized, and half a session, too.
func ofAccount(name string) SessionFields {
	return SessionFields{Owner: name, Count: 1, Cart: []string{"tea"}}
}

// mustLogIn logs a new browser in to the account, without faults.
func mustLogIn(t testing.TB, sessions *Sessions, account string) (token string) {
	t.Helper()
	s := mustOpen(t, sessions, "")
	v := ofAccount(account)
	s.SetOwner(v.Owner)
	s.SetCount(v.Count)
	s.SetCart(v.Cart)
	if err := s.Login(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	return s.Cookie().Value
}

// isWhole tells whether the session holds all that ofAccount says. What else it
// holds does not matter.
func isWhole(t testing.TB, s *Session, account string) bool {
	t.Helper()
	cart, err := s.GetCart(t.Context())
	if err != nil {
		t.Errorf("cart: %v", err)
	}
	want := ofAccount(account)
	return s.GetOwner() == want.Owner && s.GetCount() == want.Count && slices.Equal(cart, want.Cart)
}

// lives tells whether the token opens a session, without faults.
func lives(t testing.TB, sessions *Sessions, token string) bool {
	t.Helper()
	return !mustOpen(t, sessions, token).IsNew()
}

// idOf returns the id of the session that the token opens.
func idOf(token string) string { return token[:len("00000000-0000-8000-8000-000000000000")] }

// wantLogins fails the test unless the account has the sessions of these tokens,
// and no others, and all of them open.
func wantLogins(t testing.TB, sessions *Sessions, account string, tokens ...string) {
	t.Helper()
	var want, got []string
	for _, token := range tokens {
		want = append(want, idOf(token))
		if !lives(t, sessions, token) {
			t.Errorf("a session of %q does not open", account)
		}
	}
	logins, err := sessions.List(t.Context(), account)
	if err != nil {
		t.Error(err)
	}
	for _, l := range logins {
		got = append(got, l.ID)
	}
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("List says that %q has the sessions %q, want %q", account, got, want)
	}
}

// A tally counts what has come of things, by their names.
type tally struct {
	mu     sync.Mutex
	counts map[string]map[string]int
}

func (c *tally) add(name, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]map[string]int{}
	}
	if c.counts[name] == nil {
		c.counts[name] = map[string]int{}
	}
	c.counts[name][outcome]++
}

func (c *tally) log(t testing.TB) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		t.Logf("%s: %v", name, c.counts[name])
	}
}
