package contest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestContestEndsInConflict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(new(Turns), "a")
		defer c.Close()
		attempts := 0
		for err := c.Next(t.Context()); err == nil; err = c.Next(t.Context()) {
			if attempts++; attempts > MaxAttempts {
				t.Fatal("it never ends")
			}
		}
		if attempts != MaxAttempts {
			t.Errorf("it ends after %d attempts", attempts)
		}
	})
}

func TestContestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := New(new(Turns), "a")
	defer c.Close()
	var err error
	for range MaxAttempts {
		err = errors.Join(err, c.Next(ctx))
	}
	if !errors.Is(err, ErrLost) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestTurnsFollowEachOtherAndWaitForNobodyForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns Turns
		end := turns.take(t.Context(), "a")
		turns.take(t.Context(), "b")() // another session's
		second := time.Duration(0)
		start := time.Now()
		go func() {
			turns.take(t.Context(), "a")()
			second = time.Since(start)
		}()
		time.Sleep(time.Second)
		end()
		synctest.Wait()
		if second != time.Second {
			t.Errorf("the second had its turn after %v", second)
		}

		end = turns.take(t.Context(), "a")
		start = time.Now()
		turns.take(t.Context(), "a")()
		if waited := time.Since(start); waited != Patience {
			t.Errorf("waited %v for a turn that does not end", waited)
		}
		end()
		if len(turns.queues) != 0 {
			t.Errorf("%d queues are left", len(turns.queues))
		}
	})
}
