package faults

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
	"github.com/valkey-io/valkey-go"
)

var onValkey = flag.Bool("valkey", false, "run the tests that are not about memcached itself on Valkey, or Redis, with contrib/valkey")

// A server holds the sessions: it is a memcached, or what the flag says.
type server struct {
	addr  string
	start func(t testing.TB)
	kill  func()

	// size returns how long the value of an item is, with what the store adds to
	// it. It reports false if there is none.
	size func(key string) (bytes string, ok bool)

	// settle returns when the server has dealt with all that has reached it. It is
	// nil where each request is answered alone, so that answers tell the same.
	settle func(t testing.TB)
}

// startServer runs a server until the end of the test, always at the same address.
func startServer(t testing.TB) *server {
	t.Helper()
	if *onValkey {
		return startValkey(t)
	}
	m := startMemcached(t)
	return &server{addr: m.addr, start: m.start, kill: m.kill, size: func(key string) (string, bool) {
		return strings.CutPrefix(strings.TrimSpace(m.ask("mg "+key+" s", "")), "HD ")
	}}
}

func startValkey(t testing.TB) *server {
	t.Helper()
	s := valkeytest.New(t)
	start := func(t testing.TB) {
		t.Helper()
		if err := s.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	settle := func(t testing.TB) {
		t.Helper()
		for range 2 { // the first may be dealt with before what came at the same time
			s.Must(t, "PING")
		}
	}
	return &server{addr: s.Addr, start: start, kill: s.Stop, settle: settle, size: func(key string) (string, bool) {
		place := runtime.SessionKey(key)
		length, err := s.Do("STRLEN", "{"+place+"}"+strings.TrimPrefix(key, place))
		return fmt.Sprint(length), err == nil && length != int64(0)
	}}
}

// limits are those of a store. What is 0 is as the store has it.
type limits struct {
	timeout  time.Duration
	maxConns int  // of memcached
	plain    bool // of memcached
}

// ways are those in which a store makes its calls: whether they are plain.
func ways() []bool {
	if *onValkey {
		return []bool{false}
	}
	return []bool{false, true}
}

// storeAt returns a store on these servers until the end of the test.
func storeAt(t testing.TB, l limits, addrs ...string) runtime.Store {
	t.Helper()
	if !*onValkey {
		store := newStore(t, addrs...)
		store.Timeout, store.MaxConns = l.timeout, l.maxConns
		store.Plain = store.Plain || l.plain
		return store
	}
	store := valkeyStore(l, addrs...)
	t.Cleanup(func() { go store.Close() }) // it waits for answers, up to a second
	return store
}

// openStore returns a store on these servers that nobody closes, with no limits.
func openStore(addrs ...string) runtime.Store {
	if *onValkey {
		return valkeyStore(limits{}, addrs...)
	}
	return memcache(addrs...)
}

func valkeyStore(l limits, addrs ...string) *valkeysession.Store {
	var options []valkeysession.Option
	if l.timeout != 0 {
		options = append(options, valkeysession.Timeout(l.timeout))
	}
	store, err := valkeysession.NewStore(valkey.ClientOption{InitAddress: addrs}, options...)
	if err != nil {
		panic(err)
	}
	return store
}
