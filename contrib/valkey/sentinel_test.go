package valkeysession_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
)

// Sessions that the replica has heard of live on when it takes over, and those that
// were ended stay so.
func TestStoreFollowsAFailoverOfSentinel(t *testing.T) {
	t.Parallel()
	primary := valkeytest.New(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := net.SplitHostPort(primary.Addr)
	replica := valkeytest.New(t, "--replicaof", host+" "+port)
	sentinel := valkeytest.NewSentinel(t, "sessions", primary)
	eventually(t, "the sentinel knows the replica", func() bool {
		replicas, err := sentinel.Do("SENTINEL", "REPLICAS", "sessions")
		return err == nil && len(replicas.([]any)) == 1
	})
	options := at(sentinel)
	options.Sentinel = valkey.SentinelOption{MasterSet: "sessions"}
	store := newStore(t, options)
	sessions, token := loggedIn(t, store)
	_, ended := loggedIn(t, store)
	logOut(t, sessions, ended)
	eventually(t, "the replica has what the primary has", func() bool {
		here, err := replica.Info("slave_repl_offset")
		there, _ := primary.Info("master_repl_offset")
		return err == nil && here == there
	})
	primary.Stop()
	eventually(t, "the replica is the primary", func() bool {
		role, err := replica.Do("ROLE")
		return err == nil && fmt.Sprint(role.([]any)[0]) == "master"
	})
	wantLoggedIn(t, sessions, token, true)
	wantLoggedIn(t, sessions, ended, false)
	eventually(t, "the new primary takes a logout", func() bool {
		s, err := sessions.Open(t.Context(), token)
		return err == nil && s.Destroy(t.Context()) == nil
	})
	wantLoggedIn(t, sessions, token, false)
}
