package memcached_test

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A reader makes gomemcache behave like a version in which each connection has
// a goroutine that reads it, from the first command on, whether or not a call is
// under way.
type reader struct {
	net.Conn
	start sync.Once
	r     *io.PipeReader
	w     *io.PipeWriter
}

func newReader(lane net.Conn) *reader {
	r, w := io.Pipe()
	return &reader{Conn: lane, r: r, w: w}
}

func (f *reader) Write(p []byte) (int, error) {
	f.start.Do(func() { go f.loop() })
	return f.Conn.Write(p)
}

func (f *reader) Read(p []byte) (int, error) { return f.r.Read(p) }

func (f *reader) loop() {
	for b := make([]byte, 4096); ; time.Sleep(5 * time.Millisecond) {
		n, err := f.Conn.Read(b)
		if n > 0 {
			_, _ = f.w.Write(b[:n])
		}
		if err != nil {
			_ = f.w.CloseWithError(err)
			_ = f.Conn.Close()
			return
		}
	}
}

func TestNoCallFailsWhenGomemcacheReadsBetweenTheCalls(t *testing.T) {
	for _, conns := range []int{2, 128} { // with two, calls wait while others fall back
		for _, call := range everyCall {
			var warned told
			o := warned.options()
			o.Timeout, o.MaxConns = 2*time.Second, conns
			m := way{}.storeWith(t, o, memcachedtest.StartFake(t, memcachedtest.Empty).Addr)
			front{loop: true}.inFront(m)
			var clients sync.WaitGroup
			for n := range 10 {
				clients.Go(func() {
					for range 5 {
						if err := m.call(t.Context(), call, sessionOf(n)); errors.Is(err, errUnknown) {
							t.Errorf("%s with %d connections: %v", call, conns, err)
						}
						time.Sleep(50 * time.Millisecond) // the goroutine reads meanwhile
					}
				})
			}
			clients.Wait()
			memcachedtest.WaitFor(t, func() bool { // on a busy machine it may not have read yet
				_ = m.call(t.Context(), call, sessionOf(0))
				time.Sleep(20 * time.Millisecond)
				return warned.Load() > 0
			})
			if why, _ := warned.why.Load().(error); warned.Load() != 1 || !errors.Is(why, memcached.ErrCarrier) {
				t.Errorf("%s with %d connections: %d warnings, %v", call, conns, warned.Load(), why)
			}
			m.Close() // ends the goroutines
		}
	}
}
