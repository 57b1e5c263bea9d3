package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// has tells which of the keys the server has.
func (m *memcached) has(t testing.TB, keys []string) (found []bool) {
	t.Helper()
	for some := range slices.Chunk(keys, 1000) { // all of which are sent before an answer is read
		answers := strings.Fields(m.ask("mg "+strings.Join(some, "\r\nmg ")+"\r\nmn", "MN"))
		if len(answers) != len(some)+1 {
			t.Fatalf("%d answers to %d questions", len(answers), len(some))
		}
		for i := range some {
			found = append(found, answers[i] == "HD")
		}
	}
	return found
}

// sessionKeys returns the keys under which a session is stored that holds what
// ofAccount says.
func sessionKeys(token string) []string {
	key := "session:" + idOf(token)
	return []string{key, key + "-owner", key + "-count", key + "-cart"}
}

// accountKey returns the key of the account that the token's session belongs to.
func accountKey(token string) string { return runtime.SessionKey("session:" + idOf(token)) }

// homes returns the server of each group of keys, which must have all of them. No
// other server may have any.
func homes(t *testing.T, servers []*memcached, groups [][]string) []int {
	t.Helper()
	all := slices.Concat(groups...)
	found := make([][]bool, len(servers))
	for i, m := range servers {
		found[i] = m.has(t, all)
	}
	of := make([]int, len(groups))
	at := 0
	for i, keys := range groups {
		of[i] = -1
		for server := range servers {
			n := 0
			for _, there := range found[server][at : at+len(keys)] {
				if there {
					n++
				}
			}
			switch {
			case n == len(keys) && of[i] < 0:
				of[i] = server
			case n > 0:
				t.Errorf("server %d has %d of %d keys, server %d has others of %q", server, n, len(keys), of[i], keys)
			}
		}
		if of[i] < 0 {
			t.Errorf("no server has %q", keys)
		}
		at += len(keys)
	}
	return of
}

// wantSpread fails the test unless each server has about an equal share.
func wantSpread(t *testing.T, what string, servers int, homes []int) {
	t.Helper()
	of := make([]int, servers)
	for _, server := range homes {
		of[server]++
	}
	t.Logf("the servers have %d %s", of, what)
	for _, n := range of {
		if share := float64(n*servers) / float64(len(homes)); share < 0.6 || share > 1.4 {
			t.Errorf("the servers have %d %s", of, what)
			return
		}
	}
}

func TestAccountIsOnOneServerAndMovesAsAWhole(t *testing.T) {
	ctx := t.Context()
	servers, addrs := startServers(t, 4)
	before := newAccounts(t, runtime.Config{Store: newStore(t, addrs[:3]...), OnEvent: failOnLoss(t)})
	accounts := make([][]string, times(400, 10_000)) // the tokens of each
	guests := make([]string, len(accounts))
	name := func(i int) string { return fmt.Sprint("account ", i) }
	sideBySide(t, 8, len(accounts), func(i int) {
		guests[i] = mustIssue(t, before, ofAccount(name(i)))
		for range 2 {
			accounts[i] = append(accounts[i], mustLogIn(t, before, name(i)))
		}
		s := mustOpen(t, before, mustIssue(t, before, ofAccount(name(i))))
		for range 2 { // the session of a guest moves to the account, and in it
			if err := s.Login(ctx, name(i)); err != nil {
				t.Error(err)
			}
		}
		accounts[i] = append(accounts[i], s.Cookie().Value)
	})
	if t.Failed() {
		return
	}
	var groups, guestGroups [][]string
	for i, tokens := range accounts {
		keys := []string{accountKey(tokens[0])}
		for _, token := range tokens {
			keys = append(keys, sessionKeys(token)...)
		}
		groups, guestGroups = append(groups, keys), append(guestGroups, sessionKeys(guests[i]))
	}
	wantSpread(t, "accounts", 3, homes(t, servers[:3], groups))
	wantSpread(t, "guests", 3, homes(t, servers[:3], guestGroups))
	if t.Failed() {
		return
	}

	// One server more, and another order.
	after := newAccounts(t, runtime.Config{Store: newStore(t, addrs[3], addrs[1], addrs[0], addrs[2]), OnEvent: failOnLoss(t)})
	moved, movedGuests := 0, 0
	for i, tokens := range accounts {
		living := 0
		for _, token := range tokens {
			if s := mustOpen(t, after, token); !s.IsNew() {
				living++
				if !isWhole(t, s, name(i)) {
					t.Errorf("half a session of %s: %+v", name(i), s.Values())
				}
			}
		}
		switch living {
		case len(tokens):
			wantLogins(t, after, name(i), tokens...)
		case 0:
			moved++
			again := mustLogIn(t, after, name(i))
			wantLogins(t, after, name(i), again)
			for _, token := range tokens {
				if lives(t, after, token) {
					t.Errorf("a session of %s that had moved lives after a login", name(i))
				}
			}
		default:
			t.Errorf("%s is half moved: %d of %d sessions live", name(i), living, len(tokens))
		}
		if s := mustOpen(t, after, guests[i]); s.IsNew() {
			movedGuests++
		} else if !isWhole(t, s, name(i)) {
			t.Errorf("half a session of a guest: %+v", s.Values())
		}
		if i%10 == 0 {
			if err := after.EndAll(ctx, name(i)); err != nil {
				t.Error(err)
			}
			wantLogins(t, after, name(i))
		}
	}
	for what, n := range map[string]int{"accounts": moved, "guests": movedGuests} {
		t.Logf("%d of %d %s moved to one server of four", n, len(accounts), what)
		if share := float64(n) / float64(len(accounts)); share < 0.15 || share > 0.35 {
			t.Errorf("%d of %d %s moved to one server of four", n, len(accounts), what)
		}
	}
}
