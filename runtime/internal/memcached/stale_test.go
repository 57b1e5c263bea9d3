package memcached_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestReadsAndWritesSurviveARestartOfTheServer(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		server := memcachedtest.New(t)
		m := w.newStore(t, server.Addr)
		for _, call := range []string{"Get", "Add", "Delete"} {
			var calls sync.WaitGroup
			for n := range 8 {
				calls.Go(func() { m.mustAdd(t, sessionOf(n)) })
			}
			calls.Wait()
			server.Restart()
			if err := m.call(t.Context(), call, sessionOf(0)); err != nil {
				t.Errorf("%s after a restart: %v", call, err)
			}
			server.Restart()
		}
	})
}

// breaking serves one command on each connection, and breaks it at the next.
func breaking(c *memcachedtest.Conn) {
	if words := c.Command(); words != nil {
		c.Answer(map[string]string{"gets": "END\r\n", "add": "STORED\r\n"}[words[0]])
		c.Command()
	}
}

func TestReadOnAConnectionThatBreaksIsRepeatedOnceOnANewOne(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, breaking)
		m := w.newStore(t, f.Addr)
		for range 3 {
			m.mustCount(t, sessionOf(0))
		}
		if got := len(f.Seen("gets")); got != 5 {
			t.Errorf("%d reads were sent, want 5: the second and third twice", got)
		}
	})
}

func TestReadIsNotRepeatedOnANewConnection(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for served, want := range []int{1, 3} {
			f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				if c.Command() != nil && len(c.Server.Seen("gets")) <= served {
					c.Answer("END\r\n")
					c.Command()
				}
			})
			m := w.newStore(t, f.Addr)
			for range served {
				m.mustCount(t, sessionOf(0))
			}
			if _, err := m.get(t.Context(), keysOf(sessionOf(0))); !errors.Is(err, errUnknown) {
				t.Errorf("Get gave %v, want errUnknown", err)
			}
			if got := len(f.Seen("gets")); got != want {
				t.Errorf("%d reads were sent, want %d", got, want)
			}
		}
	})
}

// The connection breaks in the middle of an answer, and the call is made again.
func TestRepeatedReadForgetsWhatTheFirstAttemptRead(t *testing.T) {
	key := sessionOf(0)[0].Key
	var commands atomic.Int32
	f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
		for c.Command() != nil {
			if commands.Add(1) == 2 {
				c.Answer("VALUE " + key + " 0 1 7\r\nx\r\n")
				return
			}
			c.Answer("END\r\n")
		}
	})
	bothWays(t, func(t *testing.T, w way) {
		commands.Store(0)
		m := w.newStore(t, f.Addr)
		for range 2 {
			if found, err := m.get(t.Context(), []string{key}); err != nil || len(found) != 0 {
				t.Errorf("found %v, %v", found, err)
			}
		}
		if n := commands.Load(); n != 3 {
			t.Errorf("%d commands", n)
		}
	})
}

func TestWriteIsNeverRepeated(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		for _, call := range []string{"Add", "Swap", "Delete"} {
			f := memcachedtest.StartFake(t, breaking)
			m := w.newStore(t, f.Addr)
			m.mustCount(t, sessionOf(0)) // leaves a connection that breaks
			item := memcached.Command{Key: sessionOf(0)[0].Key, Value: []byte("only")}
			if err := m.call(t.Context(), call, []memcached.Command{item}); !errors.Is(err, errUnknown) {
				t.Errorf("%s gave %v, want errUnknown", call, err)
			}
			if got := f.Seen(""); len(got) != 2 {
				t.Errorf("%s sent %q, want one write", call, got)
			}
		}
	})
}

func TestBrokenConnectionSparesLaterWritesTheOtherIdleOnes(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		var first sync.WaitGroup
		first.Add(4)
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			_, _, accepted := c.Server.Counts()
			if c.Command(); accepted <= 4 {
				first.Done()
				first.Wait() // so that there are four connections
			}
			c.Answer("STORED\r\n")
			if accepted > 4 {
				memcachedtest.Empty(c)
			}
			c.Command()
		})
		m := w.newStore(t, f.Addr)
		items := sessionOf(0)[:1]
		var calls sync.WaitGroup
		for range 4 {
			calls.Go(func() { m.mustAdd(t, items) })
		}
		calls.Wait()
		if err := m.do(t.Context(), memcached.Add, items)[0]; !errors.Is(err, errUnknown) {
			t.Errorf("Add gave %v, want errUnknown", err)
		}
		for range 4 {
			m.mustAdd(t, items)
		}
	})
}

func TestUnaskedBytesOnAnIdleConnectionAreNotTakenForAnAnswer(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		sent := make(chan bool)
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			if _, _, accepted := c.Server.Counts(); accepted > 1 {
				memcachedtest.Empty(c)
				return
			}
			c.Command()
			c.Answer("END\r\n")
			<-sent
			c.Answer("VALUE " + sessionOf(0)[0].Key + " 0 1 1\r\nx\r\nEND\r\n")
			sent <- true
			c.Hang()
		})
		m := w.newStore(t, f.Addr)
		m.mustCount(t, sessionOf(0))
		sent <- true
		<-sent
		// The bytes are on their way; loopback gives no notice of their arrival.
		memcachedtest.WaitFor(t, func() bool { return !m.IdleLane().Alive() })
		if got := m.mustCount(t, sessionOf(0)); got != 0 {
			t.Errorf("%d items, want none", got)
		}
	})
}
