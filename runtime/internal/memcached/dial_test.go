package memcached_test

import (
	"context"
	"crypto/tls"
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
