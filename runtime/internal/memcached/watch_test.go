package memcached

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// Calls come and go in any order, and just those are interrupted whose contexts
// end.
func TestWatchInterruptsTheCallsWhoseContextsEnd(t *testing.T) {
	f := memcachedtest.StartFake(t, (*memcachedtest.Conn).Hang)
	client, server := startClient(t, f.Addr)
	const calls = 20
	ends := make([]context.CancelFunc, calls)
	errs := make([]error, calls)
	short := make([]chan bool, calls) // closed to end a call that was not interrupted
	var all, begun sync.WaitGroup
	begun.Add(calls)
	for i := range calls {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ends[i], short[i] = cancel, make(chan bool)
		l, err := server.dial(client.limit(ctx))
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			errs[i] = l.use(client.limit(ctx), func(l *lane) error {
				begun.Done()
				if i%3 == 0 {
					_, err := l.Conn.Read(make([]byte, 1))
					return err
				}
				<-short[i]
				return nil
			})
			if l.closed.Load() != (i%3 == 0) {
				t.Errorf("call %d: closed is %t", i, l.closed.Load())
			}
		})
	}
	begun.Wait()
	for i := range calls {
		if i%3 == 0 {
			ends[i]()
		} else {
			close(short[i])
		}
	}
	all.Wait()
	for i, err := range errs {
		if errors.Is(err, os.ErrDeadlineExceeded) != (i%3 == 0) {
			t.Errorf("call %d gave %v", i, err)
		}
	}
	server.watch.mu.Lock()
	defer server.watch.mu.Unlock()
	if n := len(server.watch.lanes); n != 0 {
		t.Errorf("%d calls are still watched", n)
	}
}

// A lent context is the app's own, which may use it again as soon as the call is
// over: a *gin.Context, for one, then serves another request. So nothing but the
// goroutine of the call may call its methods.
type lent struct {
	context.Context
	t *testing.T
}

func (c lent) Err() error {
	c.t.Error("the watch calls a method of the context")
	return c.Context.Err()
}

func TestWatchCallsNoMethodOfAContext(t *testing.T) {
	f := memcachedtest.StartFake(t, memcachedtest.Empty)
	client, server := startClient(t, f.Addr)
	end := client.limit(t.Context())
	l, err := server.dial(end)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	end.ctx = lent{ctx, t}
	err = l.use(end, func(l *lane) error {
		server.watch.look() // as it may at any time
		cancel()
		_, err := l.Conn.Read(make([]byte, 1))
		return err
	})
	if !errors.Is(err, os.ErrDeadlineExceeded) || !l.closed.Load() {
		t.Errorf("a call whose context has ended gave %v", err)
	}
}

func TestWatchRestsWhenThereIsNoCall(t *testing.T) {
	f := memcachedtest.StartFake(t, memcachedtest.Empty)
	client, server := startClient(t, f.Addr)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := server.dial(client.limit(ctx))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := l.use(client.limit(ctx), func(*lane) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	memcachedtest.WaitFor(t, func() bool {
		server.watch.mu.Lock()
		defer server.watch.mu.Unlock()
		return !server.watch.ticks
	})
}

// Tests of apps may share a store, and some of them may have a clock of their own.
func TestWatchOutlivesABubbleOfAnotherClock(t *testing.T) {
	f := memcachedtest.StartFake(t, memcachedtest.Empty)
	client, _ := startClient(t, f.Addr)
	get := func(t *testing.T) {
		if err := client.Get(t.Context(), kv.Query{Suffixes: []string{"a"}}, make([]kv.Found, 1)); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			get(t)
			time.Sleep(2 * watchEvery)
			synctest.Wait()
		})
	}
	get(t)
}
