package valkeysession_test

import (
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
)

func TestOptionsThatReadFromReplicasAreRefused(t *testing.T) {
	for name, change := range map[string]func(*valkey.ClientOption){
		"SendToReplicas":   func(o *valkey.ClientOption) { o.SendToReplicas = func(valkey.Completed) bool { return false } },
		"ReadNodeSelector": func(o *valkey.ClientOption) { o.ReadNodeSelector = func(uint16, []valkey.NodeInfo) int { return 0 } },
		"ReplicaOnly":      func(o *valkey.ClientOption) { o.ReplicaOnly = true },
		"ReplicaAddress":   func(o *valkey.ClientOption) { o.Standalone.ReplicaAddress = []string{"127.0.0.1:1"} },
	} {
		wantRefused(t, name, change)
	}
}

func TestOptionsThatCantWorkAreRefused(t *testing.T) {
	for name, change := range map[string]func(*valkey.ClientOption){
		"no address":                             func(o *valkey.ClientOption) { o.InitAddress = nil },
		"ConnLifetime, which sends writes twice": func(o *valkey.ClientOption) { o.ConnLifetime = time.Hour },
		"DisableAutoPipelining":                  func(o *valkey.ClientOption) { o.DisableAutoPipelining = true },
		"ConnWriteTimeout, which keeps a write for longer than a mark stands": func(o *valkey.ClientOption) { o.ConnWriteTimeout = time.Minute },
		"a negative ConnWriteTimeout":                                         func(o *valkey.ClientOption) { o.ConnWriteTimeout = -1 },
	} {
		wantRefused(t, name, change)
	}
	for _, timeout := range []time.Duration{0, -time.Second} {
		wantRefused(t, "a time-out of "+timeout.String(), func(*valkey.ClientOption) {}, valkeysession.Timeout(timeout))
	}
}

func wantRefused(t *testing.T, name string, change func(*valkey.ClientOption), more ...valkeysession.Option) {
	t.Helper()
	options := valkey.ClientOption{InitAddress: []string{"127.0.0.1:1"}}
	if _, err := valkeysession.NewStore(options); err != nil {
		t.Fatalf("without %s: %v", name, err)
	}
	change(&options)
	if store, err := valkeysession.NewStore(options, more...); err == nil || store != nil {
		t.Errorf("%s: %v, %v", name, store, err)
	}
}
