package memcached_test

import (
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestOneServerHasOneAddress(t *testing.T) {
	for server, want := range map[string]string{
		"cache1":              "tcp cache1:11211",
		"cache1:11211":        "tcp cache1:11211",
		"Cache1.Example.COM":  "tcp cache1.example.com:11211",
		"my_cache-1:011212":   "tcp my_cache-1:11212",
		"127.0.0.1":           "tcp 127.0.0.1:11211",
		"127.0.0.1:1":         "tcp 127.0.0.1:1",
		"[::1]:65535":         "tcp [::1]:65535",
		"[::1]":               "tcp [::1]:11211",
		"::1":                 "tcp [::1]:11211",
		"[0:0::0:1]:11211":    "tcp [::1]:11211",
		"fe80::1%eth0":        "tcp [fe80::1%eth0]:11211",
		"/run/memcached.sock": "unix /run/memcached.sock",
		"./Memcached.sock:1":  "unix ./Memcached.sock:1",
	} {
		addresses, err := memcached.ParseAddresses([]string{server})
		if err != nil || len(addresses) != 1 {
			t.Errorf("%q: %v, %v", server, addresses, err)
			continue
		}
		if got := addresses[0].Network() + " " + addresses[0].String(); got != want {
			t.Errorf("%q is %q, want %q", server, got, want)
		}
	}
}

func TestWrongAddressesAreRefused(t *testing.T) {
	for _, server := range []string{
		"", ":", ":11211", "cache1:", "cache1:0", "cache1:65536", "cache1:-1", "cache1:memcached",
		" cache1", "cache1 ", "cache1,cache2", "cache1:1:2", "[::1", "::1]", "[]", "[]:1", "caché", "a\nb", "tcp(cache1)",
	} {
		if addresses, err := memcached.ParseAddresses([]string{server}); err == nil {
			t.Errorf("%q is %v; want an error", server, addresses)
		}
	}
}
