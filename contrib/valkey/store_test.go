package valkeysession_test

import (
	"strings"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
	"github.com/sessiongen/sessiongen/runtime/storetest"
)

// generous is a time-out that no call reaches unless it waits for nothing.
const generous = 20 * time.Second

// newStore returns a store on servers that answer.
func newStore(t testing.TB, options valkey.ClientOption) *valkeysession.Store {
	t.Helper()
	store, err := valkeysession.NewStore(options, valkeysession.Timeout(generous))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// at returns the options for a client of these servers.
func at(servers ...*valkeytest.Server) (options valkey.ClientOption) {
	for _, s := range servers {
		options.InitAddress = append(options.InitAddress, s.Addr)
	}
	return options
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	store := newStore(t, at(valkeytest.New(t)))
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

func TestStoreKeepsTheContractOnACluster(t *testing.T) {
	t.Parallel()
	store := newStore(t, at(valkeytest.NewCluster(t, 3)...))
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

func TestStoreKeepsTheContractWithTLSAndTheLeastRights(t *testing.T) {
	t.Parallel()
	server := valkeytest.NewTLS(t)
	setUser(t, server, "sessions")
	server.Must(t, "ACL", "SETUSER", "default", "off")
	options := at(server)
	options.TLSConfig, options.Username, options.Password = server.TLS, "sessions", "secret"
	store := newStore(t, options)
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

func TestStoreKeepsTheContractOnAClusterWithTheLeastRights(t *testing.T) {
	t.Parallel()
	nodes := valkeytest.NewCluster(t, 3)
	for _, node := range nodes {
		setUser(t, node, "sessions")
		node.Must(t, "ACL", "SETUSER", "default", "off")
	}
	options := at(nodes...)
	options.Username, options.Password = "sessions", "secret"
	store := newStore(t, options)
	storetest.Run(t, func(*testing.T) runtime.Store { return store })
}

// setUser makes the user of docs/valkey.md, whose sessions have the namespace of
// storetest.
func setUser(t testing.TB, server *valkeytest.Server, name string) {
	t.Helper()
	for _, words := range usersOfThePage(t) {
		if words[0] != "sessions" {
			continue
		}
		rules := strings.NewReplacer(">password", ">secret", "{session:", "{storetest").Replace(strings.Join(words[1:], " "))
		server.Must(t, append([]string{"ACL", "SETUSER", name}, strings.Fields(rules)...)...)
	}
}
