package contest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/contest"
)

func TestContestEndsAfterItsLastAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := contest.New(new(contest.Turns), "a")
		defer c.Close()
		attempts := 0
		err := c.Next(t.Context())
		for ; err == nil; err = c.Next(t.Context()) {
			if attempts++; attempts > contest.MaxAttempts {
				t.Fatal("it never ends")
			}
		}
		if attempts != contest.MaxAttempts || !errors.Is(err, contest.ErrLost) {
			t.Errorf("it ends after %d attempts with %v", attempts, err)
		}
	})
}

func TestContestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := contest.New(new(contest.Turns), "a")
	defer c.Close()
	var err error
	for range contest.MaxAttempts {
		err = errors.Join(err, c.Next(ctx))
	}
	if !errors.Is(err, contest.ErrLost) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// loser returns a contest that has lost its first attempt, and has the turn.
func loser(t *testing.T, turns *contest.Turns, key string) *contest.Contest {
	t.Helper()
	c := contest.New(turns, key)
	for range 2 {
		if err := c.Next(t.Context()); err != nil {
			t.Error(err)
		}
	}
	return c
}

func TestFirstAttemptWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns contest.Turns
		defer loser(t, &turns, "a").Close()
		start := time.Now()
		c := contest.New(&turns, "a")
		defer c.Close()
		if err := c.Next(t.Context()); err != nil || time.Since(start) != 0 {
			t.Errorf("waited %v, %v", time.Since(start), err)
		}
	})
}

func TestTurnsFollowEachOtherAndWaitForNobodyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns contest.Turns
		first := loser(t, &turns, "a")
		start := time.Now()
		loser(t, &turns, "b").Close()
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %v for the turn at another key", waited)
		}
		second := time.Duration(0)
		go func() {
			loser(t, &turns, "a").Close()
			second = time.Since(start)
		}()
		time.Sleep(time.Second)
		first.Close()
		synctest.Wait()
		if second != time.Second {
			t.Errorf("the second had its turn after %v", second)
		}

		first = loser(t, &turns, "a")
		start = time.Now()
		loser(t, &turns, "a").Close()
		if waited := time.Since(start); waited != contest.Patience {
			t.Errorf("waited %v for a turn that does not end", waited)
		}
		first.Close()
		if n := turns.Queues(); n != 0 {
			t.Errorf("%d queues are left", n)
		}
	})
}
