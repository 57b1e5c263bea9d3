package memcached_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
	"github.com/sessiongen/sessiongen/runtime/internal/memcachedtest"
)

// A front makes another gomemcache of the one that there is: it stands between
// that and a lane, and lets a Get that carries a call go otherwise.
type front struct {
	net.Conn         // the lane
	write, read talk // in place of the lane's; nil: no other
	carries     *atomic.Int32
	carrying    bool
}

type talk func(lane net.Conn, p []byte) (int, error)

func (f *front) Write(p []byte) (int, error) {
	f.carrying = string(p) == "gets batch\r\n"
	if f.carrying {
		f.carries.Add(1)
	}
	if f.carrying && f.write != nil {
		return f.write(f.Conn, p)
	}
	return f.Conn.Write(p)
}

func (f *front) Read(p []byte) (int, error) {
	if f.carrying && f.read != nil {
		return f.read(f.Conn, p)
	}
	return f.Conn.Read(p)
}

// inFront puts fronts in front of a client's lanes. It returns how many calls
// they were to carry.
func (f front) inFront(m store) *atomic.Int32 {
	var carries atomic.Int32
	m.PutInFront(func(lane net.Conn) net.Conn {
		return &front{Conn: lane, write: f.write, read: f.read, carries: &carries}
	})
	return &carries
}

// then is a Read of the lane's and a deed, whose error is the Read's. What the
// client gets is answer, if that is not empty.
func then(answer string, deed func(lane net.Conn) error) talk {
	return func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Read(p)
		if err == nil {
			err = deed(lane)
		}
		if err == nil && answer != "" {
			n = copy(p, answer)
		}
		return n, err
	}
}

// unexpected are ways to do a Get that the carrier does not know.
var unexpected = map[string]front{
	"writes in two pieces": {write: func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Write(p[:5])
		if err != nil {
			return n, err
		}
		more, err := lane.Write(p[5:])
		return n + more, err
	}},
	"writes once more": {write: func(lane net.Conn, p []byte) (int, error) {
		n, err := lane.Write(p)
		if err == nil {
			_, err = lane.Write([]byte("noop\r\n"))
		}
		return n, err
	}},
	"writes another command": {write: func(lane net.Conn, p []byte) (int, error) { return lane.Write(p[:len(p)-1]) }},
	"reads before it writes": {write: func(lane net.Conn, p []byte) (int, error) {
		if _, err := lane.Read(make([]byte, 1)); err != nil {
			return 0, err
		}
		return lane.Write(p)
	}},
	"closes before it writes": {write: func(lane net.Conn, p []byte) (int, error) {
		_ = lane.Close()
		return lane.Write(p)
	}},
	"does not read": {read: func(_ net.Conn, p []byte) (int, error) { return copy(p, "END\r\n"), nil }},
	"neither writes nor reads": {
		write: func(_ net.Conn, p []byte) (int, error) { return len(p), nil },
		read:  func(_ net.Conn, p []byte) (int, error) { return copy(p, "END\r\n"), nil },
	},
	"does not hear of errors": {
		write: func(lane net.Conn, p []byte) (int, error) { _, _ = lane.Write(p[:1]); return len(p), nil },
		read:  func(lane net.Conn, p []byte) (int, error) { _, _ = lane.Read(p); return copy(p, "END\r\n"), nil },
	},
	"takes the answer for an error": {read: then("ERROR\r\n", func(net.Conn) error { return nil })},
	"finds an item":                 {read: then("VALUE batch 0 1 1\r\nx\r\nEND\r\n", func(net.Conn) error { return nil })},
	"reads on": {read: then("", func(lane net.Conn) error {
		_, err := lane.Read(make([]byte, 1))
		return err
	})},
	"writes when it has its answer": {read: then("", func(lane net.Conn) error {
		_, err := lane.Write([]byte("mn\r\n"))
		return err
	})},
	"reads half of the answer": {read: func(lane net.Conn, p []byte) (int, error) {
		_, err := lane.Read(p[:2])
		return copy(p, "END\r\n"), err
	}},
}

// told counts what FellBack is told.
type told struct {
	atomic.Int32
	why atomic.Value
}

func (w *told) options() memcached.Options {
	return memcached.Options{FellBack: func(why error) { w.why.Store(why); w.Add(1) }}
}

func TestCallsGoOnPlainWhenGomemcacheDoesWhatIsNotExpected(t *testing.T) {
	server := memcachedtest.Start(t)
	direct := way{plain: true}.newStore(t, server)
	for name, f := range unexpected {
		t.Run(name, func(t *testing.T) {
			for _, call := range everyCall {
				items := variablesOf(3, []byte("old"))
				_ = direct.call(t.Context(), "Delete", items)
				if call != "Add" {
					direct.mustAdd(t, items)
				}
				for key, item := range must(direct.get(t.Context(), keysOf(items))) {
					for i := range items {
						if items[i].Key == key {
							items[i].Version, items[i].Value = item.Version, []byte("new")
						}
					}
				}
				var warned told
				m := way{}.storeWith(t, warned.options(), server)
				carries := f.inFront(m)
				if call == "Get" {
					if got := m.mustCount(t, items); got != 3 {
						t.Errorf("Get found %d items", got)
					}
				} else if err := m.call(t.Context(), call, items); err != nil {
					t.Errorf("%s: %v", call, err)
				}
				want := map[string]string{"Get": "old", "Add": "old", "Swap": "new"}[call]
				found := must(m.get(t.Context(), keysOf(items)))
				for _, item := range items {
					if got := string(found[item.Key].Value); got != want {
						t.Errorf("after %s there is %q, want %q", call, got, want)
					}
				}
				_ = m.call(t.Context(), "Add", items)
				if warned.Load() != 1 || carries.Load() != 1 {
					t.Errorf("%s: %d warnings, and %d calls were to be carried, want 1 and 1", call, warned.Load(), carries.Load())
				}
				if why, _ := warned.why.Load().(error); !errors.Is(why, memcached.ErrCarrier) {
					t.Errorf("%s: the warning is %v", call, why)
				}
			}
		})
	}
}

func must(found map[string]memcached.Command, err error) map[string]memcached.Command {
	if err != nil {
		panic(err)
	}
	return found
}

func TestNothingIsSentTwiceWhenCallsGoOnPlain(t *testing.T) {
	for name, f := range unexpected {
		t.Run(name, func(t *testing.T) {
			for _, call := range everyCall {
				fake := memcachedtest.StartFake(t, memcachedtest.Empty)
				m := way{}.newStore(t, fake.Addr)
				f.inFront(m)
				items := variablesOf(3, []byte("x"))
				if err := m.call(t.Context(), call, items); errors.Is(err, errUnknown) {
					t.Errorf("%s: %v", call, err)
				}
				want := len(items)
				if call == "Get" {
					want = 1
				}
				if got := fake.Seen(""); len(got) != want {
					t.Errorf("%s sent %q", call, got)
				}
				// The half-used connection is closed, and of the others none is left
				// to its client's half.
				m.mustCount(t, items)
				memcachedtest.WaitFor(t, func() bool { open, _, _ := fake.Counts(); return open == m.Idle() })
			}
		})
	}
}

func TestOneWarningIsGivenThoughManyCallsFallBackAtOnce(t *testing.T) {
	servers := []string{memcachedtest.Start(t), memcachedtest.Start(t)}
	for name, f := range unexpected {
		t.Run(name, func(t *testing.T) {
			var warned told
			m := way{}.storeWith(t, warned.options(), servers...)
			f.inFront(m)
			var calls sync.WaitGroup
			for n := range 50 {
				calls.Go(func() {
					items := sessionOf(n)
					for range 3 {
						m.mustAdd(t, items)
						found, err := m.get(t.Context(), keysOf(items))
						if err != nil || len(found) != len(items) || !bytes.Equal(found[items[0].Key].Value, items[0].Value) {
							t.Errorf("session %d: %d items, %v", n, len(found), err)
						}
						if err := m.call(t.Context(), "Delete", items); err != nil {
							t.Error(err)
						}
					}
				})
			}
			calls.Wait()
			if got := warned.Load(); got != 1 {
				t.Errorf("%d warnings", got)
			}
		})
	}
}

// A connection or a server that fails is no surprise.
func TestFailuresOfTheServerAreNoReasonToFallBack(t *testing.T) {
	for answer, want := range map[string]string{"": "EOF", "x\r\n": "protocol", "END\r\nEND\r\n": "not asked"} {
		var warned told
		fake := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
			if c.Command() != nil {
				c.Answer(answer)
			}
		})
		m := way{}.storeWith(t, warned.options(), fake.Addr)
		// It makes something of its own of an error, and tries again.
		carries := front{read: func(lane net.Conn, p []byte) (int, error) {
			_, err := lane.Read(p)
			if err != nil {
				_, _ = lane.Write([]byte("gets batch\r\n"))
				_, _ = lane.Read(p)
				err = errors.New("what gomemcache says")
			}
			return 0, err
		}}.inFront(m)
		for range 2 {
			if _, err := m.get(t.Context(), keysOf(sessionOf(0))); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("answered with %q: %v, want %s", answer, err, want)
			}
		}
		if warned.Load() != 0 || carries.Load() != 2 || len(fake.Seen("")) != 2 {
			t.Errorf("answered with %q: %d warnings, %d carried, sent %q", answer, warned.Load(), carries.Load(), fake.Seen(""))
		}
	}
}

func TestAnswerMayBeReadInPieces(t *testing.T) {
	for size := 1; size <= 6; size++ {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			var warned told
			m := way{}.storeWith(t, warned.options(), memcachedtest.StartFake(t, memcachedtest.Empty).Addr)
			carries := front{read: func(lane net.Conn, p []byte) (int, error) { return lane.Read(p[:size]) }}.inFront(m)
			for range 3 {
				m.mustAdd(t, sessionOf(0))
				m.mustCount(t, sessionOf(0))
			}
			if warned.Load() != 0 || carries.Load() != 6 {
				t.Errorf("%d warnings, %d carried: %v", warned.Load(), carries.Load(), warned.why.Load())
			}
		})
	}
}
