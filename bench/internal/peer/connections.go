package peer

import (
	"errors"
	"strconv"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// ManyConns is a connection for each goroutine of the largest crowd.
const ManyConns = 4096

// SessiongenManyConns shows what it costs callers to wait for a connection.
var SessiongenManyConns = Library{
	Name: "sessiongen, MaxConns " + strconv.Itoa(ManyConns),
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("there are no connections without memcached")
		}
		store := runtime.NewMemcache(memcached)
		store.Timeout, store.MaxConns = patience, ManyConns
		return generated(s, store, func() { store.Close() })
	},
}
