package memcached_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// drip sends an answer that never ends, a bit of it every now and then. For
// gomemcache the bits are whole items, at each of which its time-out starts
// again.
func (w way) drip(c *memcachedtest.Conn) {
	words := c.Command()
	bit := "x"
	if words != nil && words[0] == "gets" {
		if w.plain {
			bit = "VALUE " + words[1] + " 0 1 1\r\nx\r\n"
		} else {
			c.Answer("VALUE " + words[1] + " 0 1000000 1\r\n")
		}
	}
	for {
		if _, err := io.WriteString(c, bit); err != nil {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestTimeoutIsOverTheWholeCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		m := w.storeWith(t, memcached.Options{Timeout: 100 * time.Millisecond}, memcachedtest.StartFake(t, w.drip).Addr)
		_, err := m.get(t.Context(), keysOf(sessionOf(0)))
		if !errors.Is(err, errUnknown) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get gave %v, want errUnknown", err)
		}
	})
}

func TestEndOfTheContextInterruptsEveryCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for name, serve := range map[string]func(*memcachedtest.Conn){"hangs": (*memcachedtest.Conn).Hang, "drips": w.drip} {
			for _, call := range []string{"Get", "Add", "Swap", "Delete"} {
				f := memcachedtest.StartFake(t, serve)
				m := w.newStore(t, f.Addr)

				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				err := m.call(ctx, call, sessionOf(0))
				if !errors.Is(err, errUnknown) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s, server %s: %v, want errUnknown and DeadlineExceeded", call, name, err)
				}

				_, _, before := f.Counts()
				ctx, cancel = context.WithCancel(t.Context())
				go func() {
					memcachedtest.WaitFor(t, func() bool { _, _, accepted := f.Counts(); return accepted >= before+2 })
					cancel()
				}()
				errs := make(chan error, 2)
				for range 2 {
					go func() { errs <- m.call(ctx, call, sessionOf(0)) }()
				}
				for range 2 {
					if err := <-errs; !errors.Is(err, errUnknown) || !errors.Is(err, context.Canceled) {
						t.Errorf("%s, server %s: %v, want errUnknown and Canceled", call, name, err)
					}
				}
			}
		}
	})
}

func TestAnswerThatComesTooLateIsNotTakenForTheNextOne(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		asked, late := make(chan bool, 1), make(chan bool)
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			for words := c.Command(); words != nil; words = c.Command() {
				if words[1] == sessionOf(0)[0].Key {
					asked <- true
					<-late
				}
				c.Answer("VALUE " + words[1] + " 0 1 1\r\n" + words[1][len(words[1])-1:] + "\r\nEND\r\n")
			}
		})
		m := w.newStore(t, f.Addr)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-asked; cancel() }()
		if _, err := m.get(ctx, keysOf(sessionOf(0)[:1])); !errors.Is(err, context.Canceled) {
			t.Errorf("Get gave %v, want Canceled", err)
		}
		close(late)
		for n := 1; n < 10; n++ {
			key := sessionOf(n)[0].Key
			items, err := m.get(t.Context(), []string{key})
			if got := string(items[key].Value); err != nil || got != fmt.Sprint(n) {
				t.Errorf("Get gave %q, %v; want %d", got, err, n)
			}
		}
	})
}

func TestIdleConnectionOutlivesTheDeadlineOfItsLastCall(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.newStore(t, f.Addr)
		m.mustCount(t, sessionOf(0))
		if err := m.IdleLane().Expire(); err != nil {
			t.Fatal(err)
		}
		m.mustCount(t, sessionOf(0))
		if _, _, accepted := f.Counts(); accepted != 1 {
			t.Errorf("%d connections were made, want 1", accepted)
		}
	})
}
