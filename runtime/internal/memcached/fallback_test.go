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
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// told counts the calls of FellBack.
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
				// The half-used connection is closed, and no other connection
				// is left half-used by its client.
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

// FellBack may be slow, and use the store: it runs when the call has ended.
func TestFellBackMayMakeCallsAndTakeItsTime(t *testing.T) {
	for _, call := range []string{"Get", "Add"} {
		var m store
		var told atomic.Int32
		o := memcached.Options{MaxConns: 1, Timeout: 500 * time.Millisecond, FellBack: func(error) {
			told.Add(1)
			m.mustCount(t, sessionOf(0))
			time.Sleep(600 * time.Millisecond)
		}}
		m = way{}.storeWith(t, o, memcachedtest.StartFake(t, memcachedtest.Empty).Addr)
		unexpected["does not read"].inFront(m)
		for range 2 {
			if err := m.call(t.Context(), call, sessionOf(0)); errors.Is(err, errUnknown) {
				t.Errorf("%s: %v", call, err)
			}
		}
		if got := told.Load(); got != 1 {
			t.Errorf("%s: FellBack was called %d times", call, got)
		}
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

// A client may do with an error what it likes: the message is not sent again, and
// the connection is not used again.
func TestClientThatMakesLightOfAnErrorHasItsLaneClosed(t *testing.T) {
	for name, read := range map[string]talk{
		"reads again": func(lane net.Conn, p []byte) (int, error) {
			if n, err := lane.Read(p); err == nil {
				return n, nil
			}
			return lane.Read(p)
		},
		"swallows it": func(lane net.Conn, p []byte) (int, error) {
			_, _ = lane.Read(p)
			return copy(p, "END\r\n"), nil
		},
	} {
		for answer, want := range map[string]string{"": "EOF", "x\r\n": "protocol"} {
			fake := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				for c.Command() != nil && answer != "" {
					c.Answer(answer)
				}
			})
			m := way{}.newStore(t, fake.Addr)
			front{read: read}.inFront(m)
			if _, err := m.get(t.Context(), keysOf(sessionOf(0))); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, answered with %q: %v, want %s", name, answer, err, want)
			}
			if sent := fake.Seen(""); len(sent) != 1 || m.Idle() != 0 {
				t.Errorf("%s, answered with %q: sent %q, %d connections are idle", name, answer, sent, m.Idle())
			}
		}
	}
}

// The connection breaks in the middle of a carried answer, and the call is made
// again the plain way.
func TestPlainReadForgetsWhatACarriedOneRead(t *testing.T) {
	key := sessionOf(0)[0].Key
	var commands, gets atomic.Int32
	f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
		for c.Command() != nil {
			if commands.Add(1) == 2 {
				c.Answer("VALUE " + key + " 0 1 7\r\nx\r\n")
				return
			}
			c.Answer("END\r\n")
		}
	})
	m := way{}.newStore(t, f.Addr)
	front{write: func(lane net.Conn, p []byte) (int, error) {
		if gets.Add(1) == 3 { // the second attempt of the second call
			return lane.Write(p[:len(p)-1])
		}
		return lane.Write(p)
	}}.inFront(m)
	for range 2 {
		if found, err := m.get(t.Context(), []string{key}); err != nil || len(found) != 0 {
			t.Errorf("found %v, %v; want nothing: the server answered END", found, err)
		}
	}
	if c, g := commands.Load(), gets.Load(); c != 3 || g != 3 {
		t.Errorf("%d commands were sent and %d calls were to be carried, want 3 and 3", c, g)
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
