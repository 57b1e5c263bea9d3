package memcached_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestCloseLeavesNeitherConnectionsNorGoroutines(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		before := runtime.NumGoroutine()
		m := w.newStore(t, f.Addr)
		var calls sync.WaitGroup
		for n := range 50 {
			calls.Go(func() { m.mustAdd(t, sessionOf(n)) })
		}
		calls.Wait()
		m.Close()
		memcachedtest.WaitFor(t, func() bool { open, _, _ := f.Counts(); return open == 0 })
		memcachedtest.WaitFor(t, func() bool { return runtime.NumGoroutine() <= before })
		for _, call := range everyCall {
			if err := m.call(t.Context(), call, sessionOf(0)); !errors.Is(err, errUnknown) || !errors.Is(err, memcached.ErrClosed) {
				t.Errorf("%s after Close gave %v, want ErrClosed", call, err)
			}
		}
		m.Close() // once more
	})
}

func TestCloseLetsACallInProgressEnd(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		asked, closed := make(chan bool), make(chan bool)
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			c.Command()
			asked <- true
			<-closed
			c.Answer("END\r\n")
			c.Hang()
		})
		m := w.newStore(t, f.Addr)
		go func() {
			<-asked
			m.Close()
			close(closed)
		}()
		m.mustCount(t, sessionOf(0))
		memcachedtest.WaitFor(t, func() bool { open, _, _ := f.Counts(); return open == 0 })
	})
}
