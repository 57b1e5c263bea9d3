package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// pairsAtOnce is how many pairs of an end and a rival run side by side.
const pairsAtOnce = 16

// An arena is a server that some requests reach at once, and others after a while.
type arena struct{ direct, delayed *Sessions }

func newArena(t *testing.T) arena {
	t.Helper()
	server := startMemcached(t)
	p := startProxy(t, server.addr)
	p.set(faults{jitter(time.Millisecond), jitter(time.Millisecond)})
	return arena{
		direct:  newAccounts(t, runtime.Config{Store: newStore(t, server.addr), OnEvent: failOnLoss(t)}),
		delayed: newAccounts(t, runtime.Config{Store: newStore(t, p.addr), OnEvent: failOnLoss(t)}),
	}
}

func (a arena) either() *Sessions {
	if rand.N(2) == 0 {
		return a.direct
	}
	return a.delayed
}

// rival returns a request that is to do the deed. token is that of the session
// which is being ended, in case the deed is one of that session. Half of the
// requests have loaded their session before.
func (a arena) rival(t *testing.T, d deed, n int, account, token string) *rival {
	r := &rival{deed: d, n: n, account: account, elsewhere: fmt.Sprint(n, " elsewhere"), sessions: a.either(), owner: account}
	switch d.from {
	case doomed:
		r.token = token
	case guest:
		r.token = mustIssue(t, a.direct, ofAccount(account))
	case foreign:
		r.owner = r.elsewhere
		r.token = mustLogIn(t, a.direct, r.elsewhere)
	}
	if rand.N(2) == 0 {
		r.s = mustOpen(t, r.sessions, r.token)
	}
	return r
}

// sideBySideWith runs what ends sessions beside the rival, and returns its error.
func (r *rival) sideBySideWith(t *testing.T, what func() error) (err error) {
	var e end
	var both sync.WaitGroup
	both.Go(func() { err = e.run(what) })
	both.Go(func() { r.run(t, &e) })
	both.Wait()
	return err
}

func TestEndAllStandsAgainstEveryRequest(t *testing.T) {
	a := newArena(t)
	var c tally
	sideBySide(t, pairsAtOnce, times(2000, 100_000), func(n int) {
		ctx := t.Context()
		account := fmt.Sprint(n%pairsAtOnce, " ", n/pairsAtOnce/4) // some have been ended before
		mine, other := mustLogIn(t, a.direct, account), mustLogIn(t, a.direct, account)
		inFlight := mustOpen(t, a.either(), other)
		r := a.rival(t, everyDeed[n%len(everyDeed)], n, account, mine)
		sessions := a.either()
		if err := r.sideBySideWith(t, func() error { return sessions.EndAll(ctx, account) }); err != nil {
			t.Errorf("EndAll: %v", err)
		}
		var living []string
		switch token := r.judge(t, a.direct, true, &c); {
		case r.to == outside:
			wantLogins(t, a.direct, r.elsewhere, token)
		case token != "":
			living = append(living, token)
		}
		for _, token := range []string{mine, other} {
			if lives(t, a.direct, token) {
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
		living = append(living, mustLogIn(t, a.direct, account))
		wantLogins(t, a.direct, account, living...)
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
	a := newArena(t)
	var c tally
	sideBySide(t, pairsAtOnce, times(350, 35_000), func(n int) {
		account := fmt.Sprint(n)
		other := mustLogIn(t, a.direct, account)
		token := mustIssue(t, a.direct, ofAccount(account))
		if rand.N(3) > 0 {
			token = mustLogIn(t, a.direct, account)
		}
		r := a.rival(t, deeds[n%len(deeds)], n, account, token)
		if err := r.sideBySideWith(t, end(t.Context(), a.either(), token)); err != nil {
			t.Errorf("end: %v", err)
		}
		living := []string{other}
		switch token := r.judge(t, a.direct, false, &c); {
		case token != "" && r.to == outside:
			wantLogins(t, a.direct, r.elsewhere, token)
		case r.to == outside:
			wantLogins(t, a.direct, r.elsewhere)
		case token != "":
			living = append(living, token)
		}
		if lives(t, a.direct, token) {
			t.Errorf("beside %s: the session lives", r.name)
		}
		if !isWhole(t, mustOpen(t, a.direct, other), account) {
			t.Errorf("beside %s: another session of the account is not as it was", r.name)
		}
		wantLogins(t, a.direct, account, living...)
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
