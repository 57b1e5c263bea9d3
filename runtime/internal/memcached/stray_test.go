package memcached

import (
	"errors"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// startIdle returns a client of a server that keeps nothing. The client has one
// idle lane, over which a call was carried.
func startIdle(t *testing.T) (*memcachedtest.Fake, *Client, *server, *lookup) {
	t.Helper()
	f := memcachedtest.StartFake(t, memcachedtest.Empty)
	client, server := startClient(t, f.Addr)
	u := &lookup{query: kv.Query{Suffixes: []string{"a"}}, found: make([]kv.Found, 1)}
	if err := client.Get(t.Context(), u.query, u.found); err != nil {
		t.Fatal(err)
	}
	return f, client, server, u
}

func TestTrafficBetweenTheCallsClosesTheLane(t *testing.T) {
	for name, traffic := range map[string]func(*lane) error{
		"read":  func(l *lane) error { _, err := l.Read(make([]byte, 1)); return err },
		"write": func(l *lane) error { _, err := l.Write([]byte("mn\r\n")); return err },
	} {
		f, client, server, u := startIdle(t)
		l := server.idle[0]
		l.alive = func() bool { return true } // as on a system that can't tell
		if err := traffic(l); !errors.Is(err, errCarrier) || !l.closed.Load() || !client.plain.Load() {
			t.Errorf("%s: %v, closed: %t, plain: %t", name, err, l.closed.Load(), client.plain.Load())
		}
		taken, err := server.take(client.limit(t.Context()))
		if err != nil || taken.closed.Load() {
			t.Fatalf("%s: a lane is taken that is closed, or none: %v", name, err)
		}
		server.keep(taken)
		c := []Command{{Key: "a"}}
		if client.Do(t.Context(), Add, c); c[0].Outcome != Done {
			t.Errorf("after a %s: %v", name, c[0].Err)
		}
		if err := client.Get(t.Context(), u.query, u.found); err != nil {
			t.Errorf("after a %s: %v", name, err)
		}
		if got := f.Seen(""); len(got) != 3 {
			t.Errorf("%s: sent %q", name, got)
		}
	}
}

// The traffic comes when the call has got the lane, and has not begun.
func TestPlainWriteIsDoneWhenItsIdleLaneIsClosedBeforeIt(t *testing.T) {
	f, client, server, _ := startIdle(t)
	c := &Command{Key: "a"}
	lanes := 0
	err := server.write(client.limit(t.Context()), func(l *lane) (err error) {
		if lanes++; l.reused {
			_, _ = l.Read(make([]byte, 1))
		}
		c.Outcome, err = Add.plain(l, "", c)
		return err
	})
	if err != nil || c.Outcome != Done || lanes != 2 || len(f.Seen("add")) != 1 {
		t.Errorf("outcome %d, %v, on %d lanes, sent %q", c.Outcome, err, lanes, f.Seen(""))
	}
}

// A call that waits for a connection while another one falls back gets one that
// the client may be reading.
func TestNoCallIsCarriedWhereTheClientSpeaksForItself(t *testing.T) {
	f, client, server, u := startIdle(t)
	end := client.limit(t.Context())
	if err := server.read(end, u.plain); err != nil {
		t.Fatal(err)
	}
	if err := server.read(end, u.carry); !errors.Is(err, errNotCarried) || len(f.Seen("")) != 2 {
		t.Errorf("%v, sent %q", err, f.Seen(""))
	}
	if err := client.Get(t.Context(), u.query, u.found); err != nil || len(f.Seen("")) != 3 {
		t.Errorf("%v, sent %q", err, f.Seen(""))
	}
}
