package memcached

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// patient is a time-out that a busy machine keeps too.
const patient = 20 * time.Second

// startClient returns a client of one server, and the server.
func startClient(t *testing.T, address string) (*Client, *server) {
	t.Helper()
	addresses, err := ParseAddresses([]string{address})
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(addresses, Options{Timeout: patient})
	t.Cleanup(c.Close)
	return c, c.fixed[0]
}

func TestInterruptionIsNotUndoneByALaterDeadline(t *testing.T) {
	interrupted := make(chan bool)
	f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
		<-interrupted
		c.Answer("END\r\n")
		c.Hang()
	})
	client, server := startClient(t, f.Addr)
	ctx, cancel := context.WithCancel(t.Context())
	end := client.limit(ctx)
	l, err := server.dial(end)
	if err != nil {
		t.Fatal(err)
	}
	err = l.use(end, func(*lane) error {
		if _, err := l.speak(); err != nil {
			t.Error(err)
		}
		cancel()
		_, first := l.Read(make([]byte, 1))
		close(interrupted)
		if err := l.SetDeadline(time.Now().Add(patient)); err != nil { // as gomemcache does
			t.Error(err)
		}
		_, second := l.Read(make([]byte, 1))
		if !errors.Is(first, os.ErrDeadlineExceeded) || !errors.Is(second, os.ErrDeadlineExceeded) {
			t.Errorf("reads gave %v and %v, want interruptions", first, second)
		}
		return nil
	})
	if err != nil || !l.closed.Load() {
		t.Errorf("error %v, closed: %t", err, l.closed.Load())
	}
}

func TestContextThatEndsWithItsCallDoesNotInterruptTheNextOne(t *testing.T) {
	for name, call := range map[string]func(*lookup, *lane) error{"carried": (*lookup).carry, "plain": (*lookup).plain} {
		t.Run(name, func(t *testing.T) {
			f := memcachedtest.StartFake(t, memcachedtest.Empty)
			client, server := startClient(t, f.Addr)
			u := &lookup{query: kv.Query{Suffixes: []string{"a"}}, found: make([]kv.Found, 1)}
			mustGet := func() {
				t.Helper()
				if err := client.Get(t.Context(), u.query, u.found); err != nil {
					t.Error(err)
				}
			}
			mustGet()
			ctx, cancel := context.WithCancel(t.Context())
			err := server.read(client.limit(ctx), func(l *lane) error {
				defer cancel()
				return call(u, l)
			})
			if err != nil {
				t.Errorf("a call that was answered gave %v", err)
			}
			server.watch.look() // as it may at any time
			mustGet()
			if _, _, accepted := f.Counts(); accepted != 1 || len(server.watch.lanes) != 0 {
				t.Errorf("%d connections were made, and %d calls are watched", accepted, len(server.watch.lanes))
			}
		})
	}
}

// A timedConn notes the deadlines that are set.
type timedConn struct {
	net.Conn
	set []time.Time
}

func (c *timedConn) SetDeadline(t time.Time) error {
	c.set = append(c.set, t)
	return nil
}

func TestConnectionKeepsADeadlineThatIsLittleEarlier(t *testing.T) {
	first := time.Now().Add(time.Second)
	for name, next := range map[string]struct {
		end   limit
		reset bool
	}{
		"the same":                {limit{deadline: first}, false},
		"later by the slack":      {limit{deadline: first.Add(time.Millisecond), slack: time.Millisecond}, false},
		"later by more":           {limit{deadline: first.Add(time.Millisecond + 1), slack: time.Millisecond}, true},
		"later without slack":     {limit{deadline: first.Add(1)}, true},
		"earlier, however little": {limit{deadline: first.Add(-1), slack: time.Millisecond}, true},
	} {
		conn := &timedConn{}
		l := newLane(newServer(Address{}, Options{MaxConns: 1}, nil), conn)
		next.end.ctx = t.Context()
		for _, end := range []limit{{ctx: t.Context(), deadline: first}, next.end} {
			if err := l.use(end, func(*lane) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		want := []time.Time{first}
		if next.reset {
			want = append(want, next.end.deadline)
		}
		if !slices.Equal(conn.set, want) {
			t.Errorf("%s: deadlines %v were set, want %v", name, conn.set, want)
		}
	}
}
