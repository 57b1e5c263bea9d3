package runtime_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

func TestIdleTimeoutNeverComesEarlyAndAtMostATenthLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.IdleTimeout = 100 * time.Second })
		token := w.issue(SessionFields{Token: "t"})
		for i, step := range []time.Duration{5, 99, 9, 99, 50, 10, 9, 99} {
			time.Sleep(step * time.Second)
			if s := w.open(token); s.IsNew() {
				t.Fatalf("step %d: the session ended although it was idle for %d s only", i, step)
			}
		}
		time.Sleep(110 * time.Second)
		if s := w.open(token); !s.IsNew() {
			t.Error("the session outlived its idle timeout by more than a tenth")
		}
	})
}

func TestIdleDeadlineIsWrittenOnceInATenthOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.IdleTimeout = 100 * time.Second })
		token := w.issue(SessionFields{Token: "t"})
		for range 30 {
			time.Sleep(time.Second)
			w.open(token)
		}
		swaps := 0
		for _, call := range w.store.take() {
			if call == "swap R" {
				swaps++
			}
		}
		if swaps != 3 {
			t.Errorf("%d writes in 30 s", swaps)
		}
		time.Sleep(time.Minute)
		w.store.fail = func(call string, _ []string) error {
			if call == "swap R" {
				return errors.New("down")
			}
			return nil
		}
		if s := w.open(token); s.GetToken() != "t" {
			t.Error("a failure to write the idle deadline is felt")
		}
		w.wantEvent(runtime.EventFailed, "")
	})
}

func TestIdleTimeoutIsNotCutShortByAWriteOfAnotherRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.IdleTimeout = 100 * time.Second })
		token := w.issue(SessionFields{Token: "t"})
		time.Sleep(9 * time.Second)
		long := w.open(token) // knows the last-seen time of the beginning
		long.SetVisits(1)
		time.Sleep(41 * time.Second)
		w.store.fail = func(call string, _ []string) error {
			if call == "swap R" {
				w.store.fail = nil
				w.save(long) // gets ahead of the load that is just writing the time
			}
			return nil
		}
		if s := w.open(token); s.IsNew() {
			t.Fatal("the session ended after 41 s")
		}
		if w.store.fail != nil {
			t.Fatal("the load wrote no last-seen time")
		}
		time.Sleep(99 * time.Second)
		if s := w.open(token); s.GetToken() != "t" || s.GetVisits() != 1 {
			t.Errorf("after 99 s of idling: %+v", s.Values())
		}
	})
}

func TestFailedLookAtTheRecordBesideTheIdleDeadlineLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *runtime.Config) { c.IdleTimeout = 100 * time.Second })
		token := w.issue(SessionFields{Token: "t"})
		time.Sleep(50 * time.Second)
		w.store.fail = func(call string, _ []string) error {
			switch call {
			case "swap R":
				return runtime.ErrExists
			case "get R":
				return runtime.ErrUnavailable
			}
			return nil
		}
		s := w.open(token)
		if calls := w.store.take(); len(calls) != 3 {
			t.Errorf("asked a store that is down %d times: %q", len(calls), calls)
		}
		w.wantEvent(runtime.EventFailed, "")
		w.store.fail = nil
		s.SetToken("x")
		w.save(s)
		if got := w.open(token).GetToken(); got != "x" {
			t.Errorf("Token is %q afterwards, want what was set", got)
		}
	})
}
