// Package discovery has lists of memcached servers that change, for the field
// Servers of [github.com/sessiongen/sessiongen/runtime.Memcache]:
//
//	store := runtime.NewMemcache()
//	store.Servers = discovery.SRV{Service: "memcache", Proto: "tcp", Name: "cache.example.com"}.Servers
//
// Any function that returns addresses will do. It should return names that stay
// with a server, because a session is on the server that the names choose; and an
// error, which keeps the list as it is, rather than a part of the list.
package discovery
