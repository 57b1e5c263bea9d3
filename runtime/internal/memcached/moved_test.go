//go:build unix

package memcached_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A name that leads to another server, because its first one is dead and says
// nothing, is followed after one time-out, however many connections there are.
func TestNameThatLeadsElsewhereIsFollowedAfterOneTimeout(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		before, now := memcachedtest.New(t), memcachedtest.New(t)
		var leadsTo atomic.Pointer[string]
		leadsTo.Store(&before.Addr)
		m := w.storeWith(t, memcached.Options{Timeout: 300 * time.Millisecond, Dialer: memcached.Dialer{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, *leadsTo.Load())
			},
		}}, "cache.example.com")
		for m.Idle() < 8 {
			var calls sync.WaitGroup
			for n := range 32 {
				calls.Go(func() { _ = m.call(t.Context(), "Add", sessionOf(n)) })
			}
			calls.Wait()
		}
		before.Pause()
		leadsTo.Store(&now.Addr)
		if _, err := m.get(t.Context(), keysOf(sessionOf(0))); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the server that says nothing gave %v", err)
		}
		for n := range 32 {
			if err := m.call(t.Context(), "Add", sessionOf(n)); err != nil {
				t.Fatalf("call %d afterwards: %v", n, err)
			}
		}
	})
}

func TestEndOfACallersContextClosesNoOtherConnection(t *testing.T) {
	s := memcachedtest.New(t)
	m := way{}.storeWith(t, memcached.Options{Timeout: time.Hour}, s.Addr)
	for m.Idle() < 4 {
		var calls sync.WaitGroup
		for n := range 32 {
			calls.Go(func() { m.mustCount(t, sessionOf(n)) })
		}
		calls.Wait()
	}
	idle := m.Idle()
	s.Pause()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.get(ctx, keysOf(sessionOf(0))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if got := m.Idle(); got != idle-1 {
		t.Errorf("%d connections are left of %d", got, idle)
	}
}
