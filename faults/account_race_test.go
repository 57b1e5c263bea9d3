package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// pairsAtOnce is how many pairs of an end and a rival run side by side.
const pairsAtOnce = 16

func TestEndAllStandsAgainstEveryRequest(t *testing.T) {
	testEndAll(t, newArena(t, oneKey), times(2000, 100_000))
}

func testEndAll(t *testing.T, a arena, pairs int) {
	var c tally
	sideBySide(t, pairsAtOnce, pairs, func(n int) {
		ctx := t.Context()
		account := fmt.Sprint(n%pairsAtOnce, " ", n/pairsAtOnce/4) // some have been ended before
		tokens := []string{mustLogIn(t, a.quick(), account)}
		r := a.rival(t, everyDeed[n%len(everyDeed)], n, account, tokens[0])
		if rand.N(2) == 0 {
			tokens = append(tokens, mustLogIn(t, a.quick(), account))
		}
		inFlight := mustOpen(t, a.any(), tokens[len(tokens)-1])
		sessions := a.any()
		if err := r.sideBySideWith(t, func() error { return sessions.EndAll(ctx, account) }); err != nil {
			t.Errorf("EndAll: %v", err)
		}
		var living []string
		switch token := r.judge(t, a.quick(), true, &c); {
		case r.to == outside:
			wantLogins(t, a.quick(), r.elsewhere, token)
		case token != "":
			living = append(living, token)
		}
		for _, token := range tokens {
			if lives(t, a.quick(), token) {
				t.Errorf("beside %s: a session lives", r.name)
			}
		}
		err := everyWrite[n%4](ctx, inFlight, n)
		if n%3 == 0 {
			err = inFlight.Renew(ctx)
		}
		if !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("beside %s: what another request in flight does afterwards: %v", r.name, err)
		}
		living = append(living, mustLogIn(t, a.quick(), account))
		wantLogins(t, a.quick(), account, living...)
	})
	c.log(t)
}

// deedsOfSession returns the deeds that a request does with the session which is, or
// might be, ended.
func deedsOfSession() (deeds []deed) {
	for _, d := range everyDeed {
		if d.from == doomed {
			deeds = append(deeds, d)
		}
	}
	return deeds
}

// testEndOfOne tests an end of the session with this token alone.
func testEndOfOne(t *testing.T, end func(ctx context.Context, sessions *Sessions, token string) (ready func() error)) {
	deeds := deedsOfSession()
	a := newArena(t, oneKey)
	var c tally
	sideBySide(t, pairsAtOnce, times(350, 35_000), func(n int) {
		account := fmt.Sprint(n)
		other := mustLogIn(t, a.quick(), account)
		token := mustIssue(t, a.quick(), ofAccount(account))
		if rand.N(3) > 0 {
			token = mustLogIn(t, a.quick(), account)
		}
		r := a.rival(t, deeds[n%len(deeds)], n, account, token)
		if err := r.sideBySideWith(t, end(t.Context(), a.any(), token)); err != nil {
			t.Errorf("end: %v", err)
		}
		living := []string{other}
		switch token := r.judge(t, a.quick(), false, &c); {
		case token != "" && r.to == outside:
			wantLogins(t, a.quick(), r.elsewhere, token)
		case r.to == outside:
			wantLogins(t, a.quick(), r.elsewhere)
		case token != "":
			living = append(living, token)
		}
		if lives(t, a.quick(), token) {
			t.Errorf("beside %s: the session lives", r.name)
		}
		if !isWhole(t, mustOpen(t, a.quick(), other), account) {
			t.Errorf("beside %s: another session of the account is not as it was", r.name)
		}
		wantLogins(t, a.quick(), account, living...)
	})
	c.log(t)
}

func TestEndStandsAgainstEveryRequest(t *testing.T) {
	testEndOfOne(t, func(ctx context.Context, sessions *Sessions, token string) func() error {
		return func() error { return sessions.End(ctx, idOf(token)) }
	})
}

// Whoever has the cookie renews the session just then, and gets another one. The
// one who logs out has the cookie from before.
func TestDestroyEndsWhatTheSessionBecomesJustThen(t *testing.T) {
	testEndOfOne(t, func(ctx context.Context, sessions *Sessions, token string) func() error {
		var s *Session
		if rand.N(2) == 0 {
			s = mustOpen(t, sessions, token)
		}
		return func() error {
			if s == nil {
				s = mustOpen(t, sessions, token)
				dither()
			}
			return s.Destroy(ctx)
		}
	})
}
