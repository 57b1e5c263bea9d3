package valkeysession_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// everyAnswer makes a server answer with an error, by its kind, and returns what the
// client is to be made with. What comes after a comma tells two of a kind apart.
var everyAnswer = map[string]struct {
	works string // the calls that work all the same
	make  func(t *testing.T) valkey.ClientOption
}{
	"NOAUTH": {"", func(t *testing.T) valkey.ClientOption { return at(valkeytest.New(t, "--requirepass", "secret")) }},
	"WRONGPASS": {"", func(t *testing.T) valkey.ClientOption {
		options := at(valkeytest.New(t, "--requirepass", "secret"))
		options.Password = "another"
		return options
	}},
	"NOPERM": {"", func(t *testing.T) valkey.ClientOption {
		server := valkeytest.New(t)
		setUser(t, server, "sessions") // of another namespace
		options := at(server)
		options.Username, options.Password = "sessions", "secret"
		return options
	}},
	"OOM": {"Get, Swap", func(t *testing.T) valkey.ClientOption { return at(valkeytest.New(t, "--maxmemory", "1")) }},
	"READONLY": {"", func(t *testing.T) valkey.ClientOption {
		primary := valkeytest.New(t, "--repl-diskless-sync-delay", "0")
		host, port, _ := net.SplitHostPort(primary.Addr)
		replica := valkeytest.New(t, "--replicaof", host+" "+port)
		eventually(t, "the replica is in step", func() bool {
			state, _ := replica.Info("master_link_status")
			return state == "up"
		})
		return at(replica)
	}},
	"NOREPLICAS": {"", func(t *testing.T) valkey.ClientOption { return at(valkeytest.New(t, "--min-replicas-to-write", "1")) }},
	"MISCONF": {"", func(t *testing.T) valkey.ClientOption {
		server := valkeytest.New(t, "--save", "3600 1")
		dir := server.Must(t, "CONFIG", "GET", "dir").([]any)[1].(string)
		if err := os.Mkdir(filepath.Join(dir, "dump.rdb"), 0o700); err != nil { // in the way of the snapshot
			t.Fatal(err)
		}
		server.Must(t, "BGSAVE")
		eventually(t, "the snapshot fails", func() bool {
			state, _ := server.Info("rdb_last_bgsave_status")
			return state == "err"
		})
		return at(server)
	}},
	"LOADING": {"", func(t *testing.T) valkey.ClientOption {
		server := valkeytest.New(t, "--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024")
		server.Must(t, "EVAL", "for i = 1, 30000 do redis.call('SET', i, string.rep('x', 64)) end", "0")
		server.Must(t, "SAVE")
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		return at(server)
	}},
	"CLUSTERDOWN": {"", func(t *testing.T) valkey.ClientOption {
		bus, err := valkeytest.FreeAddr()
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(bus)
		server := valkeytest.New(t, "--cluster-enabled", "yes", "--cluster-port", port)
		server.Must(t, "CLUSTER", "ADDSLOTSRANGE", "1", "16383")
		return at(server)
	}},
	"CLUSTERDOWN, of one that has no slots": {"", func(t *testing.T) valkey.ClientOption {
		bus, err := valkeytest.FreeAddr()
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(bus)
		return at(valkeytest.New(t, "--cluster-enabled", "yes", "--cluster-port", port))
	}},
	"MOVED": {"", func(t *testing.T) valkey.ClientOption {
		options := at(otherNode(t))
		options.ForceSingleClient = true
		return options
	}},
	"BUSY": {"", func(t *testing.T) valkey.ClientOption {
		server := valkeytest.New(t, "--busy-reply-threshold", "1")
		go server.Do("EVAL", "while true do end", "0")
		eventually(t, "the script runs", func() bool {
			_, err := server.Do("GET", "x")
			return err != nil && strings.HasPrefix(err.Error(), "BUSY")
		})
		return at(server)
	}},
	"WRONGTYPE": {"Add", func(t *testing.T) valkey.ClientOption {
		server := valkeytest.New(t)
		server.Must(t, "RPUSH", "{"+fixed+"}", "x")
		return at(server)
	}},
}

// fixed is the record that the tests of answers ask for.
const fixed = "session:6ba7b810-9dad-41d1-80b4-00c04fd430c8"

// otherNode returns the server of a cluster that does not have the fixed record.
func otherNode(t *testing.T) *valkeytest.Server {
	nodes := valkeytest.NewCluster(t, 2)
	owner := valkeytest.NodeOf(t, nodes, nodes[0].Slot(t, "{"+fixed+"}"))
	return nodes[1-owner]
}

func TestAnswerOfTheServerIsAnErrorThatSaysWhatToDo(t *testing.T) {
	for kind, answer := range everyAnswer {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			options := answer.make(t)
			store := newStore(t, options)
			stale := item(fixed, "value of a visitor")
			stale.Version = 1
			_, get := store.Get(t.Context(), []string{fixed})
			var errs []error
			for call, err := range map[string]error{
				"Get": get, "Add": store.Add(t.Context(), []runtime.Item{stale})[0], "Swap": store.Swap(t.Context(), []runtime.Item{stale})[0],
			} {
				if !strings.Contains(answer.works, call) {
					errs = append(errs, err)
				} else if errors.Is(err, runtime.ErrUnavailable) {
					t.Errorf("%s ends in %v", call, err)
				}
			}
			for _, err := range errs {
				if err == nil {
					t.Error("a call works")
					continue
				}
				t.Log(err)
				wantUnavailable(t, err, options.InitAddress[0])
				wantUnavailable(t, err, rowOf(t, kind))
				for _, secret := range []string{"secret", "visitor", "6ba7b810"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error has %q in it", secret)
					}
				}
			}
		})
	}
}

// rowOf returns what the page says of this kind of answer: the text of the error.
func rowOf(t *testing.T, kind string) (text string) {
	t.Helper()
	kind, _, _ = strings.Cut(kind, ",")
	for _, cells := range tableOf(t, "it answered") {
		if cells[0] == "`"+kind+"`" {
			return cells[1]
		}
	}
	t.Errorf("docs/valkey.md has no row for %s", kind)
	return ""
}

func TestEveryAnswerInTheGuideIsTried(t *testing.T) {
	tried := make(map[string]bool)
	for name := range everyAnswer {
		kind, _, _ := strings.Cut(name, ",")
		tried["`"+kind+"`"] = true
	}
	for _, cells := range tableOf(t, "it answered") {
		if !tried[cells[0]] {
			t.Errorf("nothing tries what docs/valkey.md tells of %s", cells[0])
		}
	}
}

func TestWhatAnotherProgramHasStoredIsNotTakenForAnItem(t *testing.T) {
	server := valkeytest.New(t)
	store := newStore(t, at(server))
	for _, stored := range []string{"", "short", "\x00\x00\x00\x00\x00\x00\x00\x00 and no version"} {
		server.Must(t, "SET", "{"+fixed+"}", stored)
		_, err := store.Get(t.Context(), []string{fixed})
		if stored != "" || err != nil {
			wantUnavailable(t, err, "no other program may write")
		}
	}
}

// A replica that was the primary until a moment ago is not asked again.
func TestStoreFollowsThePrimaryThatSentinelOrDNSNames(t *testing.T) {
	first, second := valkeytest.New(t), valkeytest.New(t)
	var primary = first
	options := at(first)
	options.ForceSingleClient = true
	options.DialCtxFn = dialTo(func() string { return primary.Addr })
	store := newStore(t, options)
	mustAdd(t, store, item(newRecord(), "x"))
	host, port, _ := net.SplitHostPort(second.Addr)
	first.Must(t, "REPLICAOF", host, port)
	primary = second
	wantUnavailable(t, store.Add(t.Context(), []runtime.Item{item(newRecord(), "x")})[0], "is a replica")
	mustAdd(t, store, item(newRecord(), "x"))
}
