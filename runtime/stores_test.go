package runtime_test

import (
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

func TestMemcachePassesAsAStore(t *testing.T) {
	servers := []string{memcachedtest.Start(t), memcachedtest.Start(t), memcachedtest.Start(t)}
	storetest.Run(t, func(t *testing.T) runtime.Store {
		store := runtime.NewMemcache(servers...)
		store.Timeout = 20 * time.Second
		t.Cleanup(func() { store.Close() })
		return store
	})
}
