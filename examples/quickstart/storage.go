package main

import (
	"fmt"

	"github.com/sessiongen/sessiongen/runtime"
)

// storage is where the sessions are kept.
type storage struct {
	runtime.Store
	name  string // for people
	close func() error
}

// openStorage returns the storage on these memcached servers or, without any,
// in memory.
func openStorage(servers []string) storage {
	if len(servers) == 0 {
		return storage{runtime.NewMemory(), "the memory of this process", func() error { return nil }}
	}
	store := runtime.NewMemcache(servers...)
	name := "memcached, on 1 server"
	if len(servers) > 1 {
		name = fmt.Sprintf("memcached, on %d servers", len(servers))
	}
	return storage{store, name, store.Close}
}
