package memcached_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestServerThatIsDownIsUnavailableAndTheOthersServe(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		up := memcachedtest.StartFake(t, memcachedtest.Empty)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		down := l.Addr().String()
		l.Close()
		m := w.newStore(t, up.Addr, down)
		served, refused := 0, 0
		for n := range 50 {
			items := sessionOf(n)
			found, err := m.get(t.Context(), keysOf(items))
			if m.ServerOf(items[0].Key) == up.Addr {
				if served++; err != nil || len(found) != 0 {
					t.Errorf("Get of a session of the living server gave %v, %v", found, err)
				}
				continue
			}
			if refused++; !errors.Is(err, errUnknown) || !strings.Contains(err.Error(), down) || found != nil {
				t.Errorf("Get of a session of the dead server gave %v, %v", found, err)
			}
			for _, call := range everyCall {
				if err := m.call(t.Context(), call, items); !errors.Is(err, errUnknown) {
					t.Errorf("%s gave %v, want errUnknown", call, err)
				}
			}
		}
		if served == 0 || refused == 0 {
			t.Errorf("%d sessions served and %d refused", served, refused)
		}
	})
}

func TestOneCallOfASessionGoesToOneServerInTheOrderOfTheKeys(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		a, b := memcachedtest.StartFake(t, memcachedtest.Empty), memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.newStore(t, a.Addr, b.Addr)
		for n := range 20 {
			keys := keysOf(sessionOf(n))
			if _, err := m.get(t.Context(), keys); err != nil {
				t.Fatal(err)
			}
			want := "gets " + strings.Join(keys, " ")
			if got := len(a.Seen(want)) + len(b.Seen(want)); got != 1 {
				t.Errorf("%q was sent %d times, want once", want, got)
			}
		}
		if len(a.Seen("gets")) == 0 || len(b.Seen("gets")) == 0 {
			t.Error("a server has no session")
		}
	})
}

func TestUnixSocket(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		dir, err := os.MkdirTemp("", "mc") // t.TempDir can be too long for a socket
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, "s")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			if _, err := conn.Read(make([]byte, 1000)); err == nil {
				fmt.Fprintf(conn, "VALUE %s 0 1 7\r\nx\r\nEND\r\n", sessionOf(0)[0].Key)
			}
		}()
		m := w.newStore(t, path)
		if got := m.mustCount(t, sessionOf(0)[:1]); got != 1 {
			t.Errorf("%d items, want 1", got)
		}
	})
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.newStore(t, f.Addr)
		for range 20 {
			m.mustAdd(t, sessionOf(0)[:1])
			m.mustCount(t, sessionOf(0))
			if err := m.do(t.Context(), memcached.Swap, sessionOf(0)[:1])[0]; err != errNotFound {
				t.Fatal(err)
			}
			if err := m.do(t.Context(), memcached.Delete, sessionOf(0)[:1])[0]; err != nil {
				t.Fatal(err)
			}
		}
		if _, _, accepted := f.Counts(); accepted != 1 {
			t.Errorf("%d connections were made, want 1", accepted)
		}
	})
}

func TestConnectionsAreBoundedThoughTheServerHangs(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const bound = 4
		f := memcachedtest.StartFake(t, (*memcachedtest.Conn).Hang)
		m := w.storeWith(t, memcached.Options{MaxConns: bound, Timeout: 200 * time.Millisecond}, f.Addr)
		var calls sync.WaitGroup
		for n := range 200 {
			calls.Go(func() {
				if _, err := m.get(t.Context(), keysOf(sessionOf(n))); !errors.Is(err, errUnknown) || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Get gave %v, want errUnknown", err)
				}
				for _, err := range m.do(t.Context(), memcached.Add, sessionOf(n)) {
					if !errors.Is(err, errUnknown) || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("Add gave %v, want errUnknown", err)
					}
				}
			})
		}
		calls.Wait()
		if m.Busy() != 0 || m.Idle() != 0 {
			t.Errorf("%d slots are taken and %d connections idle, want none", m.Busy(), m.Idle())
		}
	})
}

func TestConnectionsAreBoundedWhenTheServerAnswers(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const bound = 4
		f := memcachedtest.StartFake(t, memcachedtest.Empty)
		m := w.storeWith(t, memcached.Options{MaxConns: bound}, f.Addr)
		var calls sync.WaitGroup
		for n := range 100 {
			calls.Go(func() {
				for range 5 {
					m.mustAdd(t, sessionOf(n))
				}
			})
		}
		calls.Wait()
		if open, peak, accepted := f.Counts(); peak > bound || accepted > bound || open == 0 {
			t.Errorf("connections: %d open, %d at once, %d made; want %d at most", open, peak, accepted, bound)
		}
	})
}
