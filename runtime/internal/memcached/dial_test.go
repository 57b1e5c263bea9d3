package memcached_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// memcached never sees commands that come in one record of TLS behind the end of a
// value, whoever makes the records.
func TestManyItemsAreWrittenOverTLSThatTheAppSpeaksItself(t *testing.T) {
	a := memcachedtest.NewAuthority(t)
	addr := a.Start(time.Now().Add(time.Hour)).Addr
	config := a.Config()
	config.ServerName = "localhost"
	dialer := tls.Dialer{Config: config}
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"as it is":          func(conn net.Conn) net.Conn { return conn },
		"in another's form": func(conn net.Conn) net.Conn { return struct{ net.Conn }{conn} },
	} {
		m := way{}.storeWith(t, memcached.Options{Timeout: 5 * time.Second, Dialer: memcached.Dialer{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dialer.DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return wrap(conn), nil
			},
		}}, addr)
		for _, size := range []int{300, 3000} {
			items := variablesOf(100, make([]byte, size))
			if err := m.call(t.Context(), "Add", items); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err := m.call(t.Context(), "Delete", items); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// A server that begins to refuse and says no more ends no later than the call.
func TestHandshakeThatStandsStillEndsWithTheCall(t *testing.T) {
	for _, words := range []string{"ERROR", "ERROR Too many open", ""} {
		f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) { c.Answer(words); c.Hang() })
		o := memcached.Options{Timeout: 100 * time.Millisecond, Dialer: memcached.Dialer{TLS: &tls.Config{ServerName: "x"}}}
		m := way{}.storeWith(t, memcached.Options{Timeout: o.Timeout, Dialer: o.Dialer}, f.Addr)
		done := make(chan error, 1)
		go func() { _, err := m.get(t.Context(), keysOf(sessionOf(0))); done <- err }()
		select {
		case err := <-done:
			if !errors.Is(err, errUnknown) {
				t.Errorf("%q: %v", words, err)
			}
		case <-time.After(patient):
			t.Fatalf("%q: the call hangs", words)
		}
	}
}
