package runtime

import "testing"

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
		network, address, err := parseAddress(server)
		if got := network + " " + address; err != nil || got != want {
			t.Errorf("parseAddress(%q) = %q, %v; want %q", server, got, err, want)
		}
	}
}

func TestWrongAddressesAreRefused(t *testing.T) {
	for _, server := range []string{
		"", ":", ":11211", "cache1:", "cache1:0", "cache1:65536", "cache1:-1", "cache1:memcached",
		" cache1", "cache1 ", "cache1,cache2", "cache1:1:2", "[::1", "::1]", "[]", "[]:1", "caché", "a\nb", "tcp(cache1)",
	} {
		if network, address, err := parseAddress(server); err == nil {
			t.Errorf("parseAddress(%q) = %q, %q; want an error", server, network, address)
		}
	}
}

func TestEveryWrongAddressIsReported(t *testing.T) {
	for _, m := range []*Memcache{
		NewMemcache(), new(Memcache), NewMemcache("cache1", ""), NewMemcache("a b", "cache1", "c d"),
		{servers: NewMemcache("cache1").servers, Timeout: -1}, {servers: NewMemcache("cache1").servers, MaxConns: -1},
	} {
		if err := m.validate(); err == nil {
			t.Errorf("no error for %v", m.servers)
		} else {
			t.Log(err)
		}
	}
	if err := NewMemcache("cache1", "cache2").validate(); err != nil {
		t.Error(err)
	}
}
