package faults

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestEndOthersLeavesItsOwnSessionAlone(t *testing.T) {
	testEndOthers(t, newArena(t, oneKey), times(300, 30_000))
}

func TestEndOthersLeavesItsOwnSessionAloneWhileTheKeysAreChanged(t *testing.T) {
	testEndOthers(t, newArena(t, keysInChange), times(100, 10_000))
}

func testEndOthers(t *testing.T, a arena, pairs int) {
	var c tally
	sideBySide(t, pairsAtOnce, pairs, func(n int) {
		ctx := t.Context()
		account := fmt.Sprint(n)
		mine, third, other := mustLogIn(t, a.quick(), account), mustLogIn(t, a.quick(), account), mustLogIn(t, a.quick(), account)
		inFlight := mustOpen(t, a.any(), third)
		r := a.rival(t, everyDeed[n%len(everyDeed)], n, account, other)
		s := mustOpen(t, a.any(), mine)
		if err := r.sideBySideWith(t, func() error { return s.EndOthers(ctx) }); err != nil {
			t.Errorf("EndOthers: %v", err)
		}
		living := []string{mine}
		switch token := r.judge(t, a.quick(), true, &c); {
		case r.to == outside:
			wantLogins(t, a.quick(), r.elsewhere, token)
		case token != "":
			living = append(living, token)
		}
		for _, token := range []string{third, other} {
			if lives(t, a.quick(), token) {
				t.Errorf("beside %s: another session lives", r.name)
			}
		}
		if err := everyWrite[n%4](ctx, inFlight, n); !errors.Is(err, runtime.ErrEnded) {
			t.Errorf("beside %s: what another request in flight sets afterwards: %v", r.name, err)
		}
		if !isWhole(t, mustOpen(t, a.quick(), mine), account) {
			t.Errorf("beside %s: the session of EndOthers is not as it was", r.name)
		}
		s.SetWord("word")
		if err := s.Save(ctx); err != nil || mustOpen(t, a.quick(), mine).GetWord() != "word" {
			t.Errorf("beside %s: the session of EndOthers does not go on: %v", r.name, err)
		}
		wantLogins(t, a.quick(), account, living...)
	})
	c.log(t)
}

// The session of EndOthers may get another id just then, or another account. Then
// EndOthers either comes first or finds that out, and has ended nothing.
func TestEndOthersBesideAnotherRequestOfItsOwnSession(t *testing.T) {
	deeds := deedsOfSession()
	a := newArena(t, oneKey)
	var c tally
	sideBySide(t, pairsAtOnce, times(210, 21_000), func(n int) {
		account := fmt.Sprint(n)
		mine, other := mustLogIn(t, a.quick(), account), mustLogIn(t, a.quick(), account)
		s := mustOpen(t, a.any(), mine)
		r := a.rival(t, deeds[n%len(deeds)], n, account, mine)
		r.safe = true
		err := r.sideBySideWith(t, func() error { return s.EndOthers(t.Context()) })
		kept, living := mine, []string{}
		if len(r.gave) > 0 {
			kept = r.gave[len(r.gave)-1]
			if lives(t, a.quick(), mine) {
				t.Errorf("after %s: the old cookie opens", r.name)
			}
		}
		switch {
		case err == nil:
			c.add(r.name, "alone")
		case errors.Is(err, runtime.ErrEnded) && len(r.gave) > 0:
			c.add(r.name, "first")
			living = append(living, other)
		default:
			t.Errorf("beside %s: EndOthers: %v", r.name, err)
		}
		if r.to == outside {
			wantLogins(t, a.quick(), r.elsewhere, kept)
		} else {
			living = append(living, kept)
		}
		wantLogins(t, a.quick(), account, living...)
	})
	c.log(t)
}

func TestOfTwoEndOthersExactlyOneSucceeds(t *testing.T) {
	a := newArena(t, oneKey)
	sideBySide(t, pairsAtOnce, times(100, 10_000), func(n int) {
		account := fmt.Sprint(n)
		tokens := []string{mustLogIn(t, a.quick(), account), mustLogIn(t, a.quick(), account)}
		both := []*Session{mustOpen(t, a.any(), tokens[0]), mustOpen(t, a.any(), tokens[1])}
		errs := make([]error, 2)
		sideBySide(t, 2, 2, func(i int) {
			linger()
			errs[i] = both[i].EndOthers(t.Context())
		})
		switch {
		case errs[0] == nil && errors.Is(errs[1], runtime.ErrEnded):
			wantLogins(t, a.quick(), account, tokens[0])
		case errs[1] == nil && errors.Is(errs[0], runtime.ErrEnded):
			wantLogins(t, a.quick(), account, tokens[1])
		default:
			t.Errorf("one ends in %v, the other in %v", errs[0], errs[1])
		}
	})
}
