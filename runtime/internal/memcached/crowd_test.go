package memcached_test

import (
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// fewConnections makes memcached take a handful of connections at once.
var fewConnections = []string{"-t", "1", "-c", "20"}

func TestCallsWaitForAConnectionWhereTheServerTakesNoMore(t *testing.T) {
	for name, start := range map[string]func(t *testing.T, o *memcached.Options) (addr string){
		"in the clear": func(t *testing.T, _ *memcached.Options) string { return memcachedtest.Start(t, fewConnections...) },
		"with TLS": func(t *testing.T, o *memcached.Options) string {
			a := memcachedtest.NewAuthority(t)
			o.Dialer.TLS = a.Config()
			return a.Start(time.Now().Add(time.Hour), "-t", "1", "-c", "30").Addr
		},
		"with a user name": func(t *testing.T, o *memcached.Options) string {
			o.Dialer.Username, o.Dialer.Password = "shop", "secret"
			return memcachedtest.Start(t, append([]string{"-Y", memcachedtest.ReadableFile(t, "shop:secret\n")}, fewConnections...)...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			const calls = 2000
			o := memcached.Options{Timeout: patient}
			m := store{memcached.NewClient(addressesOf(t, start(t, &o)), o)}
			defer m.Close()
			var all sync.WaitGroup
			for n := range calls {
				all.Go(func() {
					items := sessionOf(n)
					if n%2 == 0 {
						m.mustAdd(t, items)
					} else if _, err := m.get(t.Context(), keysOf(items)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if m.Busy() != 0 || m.Waiting() != 0 {
				t.Errorf("%d slots are taken and %d calls wait, want none", m.Busy(), m.Waiting())
			}
			for n := 0; n < calls; n += 2 {
				if items := sessionOf(n); m.mustCount(t, items) != len(items) {
					t.Fatalf("session %d was not stored", n)
				}
			}
		})
	}
}

func TestCallGetsAConnectionThatAnotherClientGivesBack(t *testing.T) {
	addr := memcachedtest.Start(t, fewConnections...)
	others := occupy(t, addr)
	m := way{}.newStore(t, addr)
	var calls sync.WaitGroup
	for n := range 50 {
		calls.Go(func() { m.mustAdd(t, sessionOf(n)) })
	}
	memcachedtest.WaitFor(t, func() bool { return m.Waiting() > 1 })
	for _, conn := range others {
		conn.Close()
	}
	calls.Wait()
}

func TestCallsThatWaitEndWhenTheClientIsClosed(t *testing.T) {
	addr := memcachedtest.Start(t, fewConnections...)
	for _, conn := range occupy(t, addr) {
		defer conn.Close()
	}
	m := way{}.newStore(t, addr)
	var calls sync.WaitGroup
	for n := range 50 {
		calls.Go(func() {
			if _, err := m.get(t.Context(), keysOf(sessionOf(n))); !errors.Is(err, memcached.ErrClosed) {
				t.Error(err)
			}
		})
	}
	memcachedtest.WaitFor(t, func() bool { return m.Waiting() > 1 })
	m.Close()
	calls.Wait()
}

// occupy takes all connections that a server has.
func occupy(t *testing.T, addr string) (taken []net.Conn) {
	t.Helper()
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		taken = append(taken, conn)
		// One that is taken says nothing until it is asked.
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if n, _ := conn.Read(make([]byte, 1)); n == 1 {
			return taken
		}
	}
}

// A refusal counts only as the first word on a new connection.
func TestRefusalIsNotBelievedOnAConnectionThatTheServerHasTaken(t *testing.T) {
	const refusal = "ERROR Too many open connections\r\n"
	for name, answers := range map[string][]string{
		"behind another answer": {"STORED\r\n" + refusal},
		"in a later call":       {"STORED\r\nSTORED\r\n", refusal},
	} {
		sent := 0
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			for _, answer := range answers {
				c.Command()
				c.Command()
				sent++
				c.Answer(answer)
			}
		})
		m := way{}.newStore(t, f.Addr)
		var errs []error
		for range answers {
			errs = m.do(t.Context(), memcached.Add, sessionOf(0)[:2])
		}
		if err := errs[1]; err == nil || !strings.Contains(err.Error(), "unknown") {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, accepted := f.Counts(); accepted != 1 {
			t.Errorf("%s: %d connections were made, so a write was sent twice", name, accepted)
		}
	}
}

func TestConnectionsThatNobodyUsesAreClosed(t *testing.T) {
	addr := memcachedtest.Start(t, fewConnections...)
	hog := way{}.storeWith(t, memcached.Options{IdleFor: 100 * time.Millisecond}, addr)
	var calls sync.WaitGroup
	for n := range 50 {
		calls.Go(func() { hog.mustAdd(t, sessionOf(n)) })
	}
	calls.Wait()
	hog.mustAdd(t, sessionOf(50)) // all that has been idle is there at once
	way{}.newStore(t, addr).mustAdd(t, sessionOf(51))
	memcachedtest.WaitFor(t, func() bool { return hog.Idle() == 0 })
	hog.mustAdd(t, sessionOf(52))
}

func TestConnectionThatWasUsedLatelyIsKept(t *testing.T) {
	m := way{}.storeWith(t, memcached.Options{IdleFor: time.Hour}, memcachedtest.StartFake(t, memcachedtest.Empty).Addr)
	m.mustAdd(t, sessionOf(0))
	m.Reap()
	if got := m.Idle(); got != 1 {
		t.Errorf("%d connections are idle, want 1", got)
	}
}
