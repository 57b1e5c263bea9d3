package valkeysession_test

import (
	"cmp"
	"crypto/tls"
	"strings"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// A denial is a way in which no connection to a server comes about, or one to
// something else.
type denial struct {
	serve   func(t *testing.T) valkey.ClientOption
	later   func(t *testing.T, server *valkeytest.Server) // after a call, unless it is nil
	timeout time.Duration                                 // generous by default
	says    string                                        // how the error ends
}

var denials = map[string]denial{
	"not running": {
		serve: func(t *testing.T) valkey.ClientOption {
			server := valkeytest.New(t)
			server.Stop()
			return at(server)
		},
		says: "nothing listens there: is it running, and is that its address?",
	},
	"no such name": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{"valkey-1.invalid:6379"}}
		},
		says: "check the name, and the resolver of this machine",
	},
	"no port": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{"localhost"}}
		},
		says: "give ClientOption.InitAddress the port, too",
	},
	"TLS wanted": {
		serve: func(t *testing.T) valkey.ClientOption { return at(valkeytest.NewTLS(t)) },
		says:  "it closed a new connection without a word, as it does at its tls-port unless ClientOption.TLSConfig is set, or when it has just ended",
	},
	"no TLS": {
		serve: func(t *testing.T) valkey.ClientOption {
			options := at(valkeytest.New(t))
			options.TLSConfig = new(tls.Config)
			return options
		},
		timeout: 200 * time.Millisecond,
		says:    "no connection in time, or it does not speak TLS: give the address of its tls-port, or leave ClientOption.TLSConfig nil",
	},
	"something else without TLS": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{webServer(t)}, TLSConfig: new(tls.Config)}
		},
		says: "it does not speak TLS: give the address of its tls-port, or leave ClientOption.TLSConfig nil",
	},
	"unknown authority": {
		serve: withTLS(func(c *tls.Config) { c.RootCAs = nil }),
		says:  "set ClientOption.TLSConfig.RootCAs to the authority that has signed its certificate",
	},
	"another name": {
		serve: withTLS(func(c *tls.Config) { c.ServerName = "valkey-1.example.com" }),
		says:  "use a name that its certificate has, or set ClientOption.TLSConfig.ServerName to one",
	},
	"expired certificate": {
		serve: withTLS(func(c *tls.Config) {
			c.Time = func() time.Time { return time.Now().AddDate(1, 0, 0) }
		}),
		says: "renew its certificate, and compare the clocks",
	},
	"client's certificate wanted": {
		serve: func(t *testing.T) valkey.ClientOption {
			options := withTLS(func(*tls.Config) {})(t)
			server := &valkeytest.Server{Addr: options.InitAddress[0], TLS: options.TLSConfig}
			server.Must(t, "CONFIG", "SET", "tls-auth-clients", "yes")
			return options
		},
		says: "it may want a client's certificate that it knows: set ClientOption.TLSConfig.Certificates, or its tls-auth-clients to no",
	},
	"old version of TLS": {
		serve: withTLS(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, "--tls-protocols", "TLSv1.3"),
		says:  "it speaks no version of TLS that ClientOption.TLSConfig allows: see its tls-protocols",
	},
	"memcached": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{memcached(t)}}
		},
		says: "that is not Valkey's protocol, but memcached's: check ClientOption.InitAddress, or use runtime.NewMemcache",
	},
	"web server": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{webServer(t)}}
		},
		says: "that is not Valkey's protocol, but HTTP: check ClientOption.InitAddress",
	},
	"another protocol": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{greeter(t, "SSH-2.0-OpenSSH_9.2\r\n")}}
		},
		says: "that is not Valkey's protocol: check ClientOption.InitAddress",
	},
	"no connection": {
		serve: func(t *testing.T) valkey.ClientOption {
			return valkey.ClientOption{InitAddress: []string{silent(t)}}
		},
		timeout: 200 * time.Millisecond,
		says:    "no connection in time",
	},
	"no answer": {
		serve: func(t *testing.T) valkey.ClientOption { return at(valkeytest.New(t)) },
		later: func(t *testing.T, server *valkeytest.Server) {
			server.Must(t, "CLIENT", "PAUSE", "3600000")
		},
		timeout: 200 * time.Millisecond,
		says:    "no answer in time",
	},
}

// withTLS returns the options of a client that speaks TLS with a server, after a
// change.
func withTLS(change func(*tls.Config), args ...string) func(*testing.T) valkey.ClientOption {
	return func(t *testing.T) valkey.ClientOption {
		server := valkeytest.NewTLS(t, args...)
		options := at(server)
		options.TLSConfig = server.TLS.Clone()
		change(options.TLSConfig)
		return options
	}
}

func TestNoConnectionIsAnErrorThatSaysWhatToDo(t *testing.T) {
	for name, d := range denials {
		for way, single := range map[string]bool{"": false, ", ForceSingleClient": true} {
			t.Run(name+way, func(t *testing.T) {
				t.Parallel()
				wantDenial(t, d, single, func(store runtime.Store) error {
					_, err := store.Get(t.Context(), []string{fixed})
					return err
				})
				wantDenial(t, d, single, func(store runtime.Store) error {
					return store.Delete(t.Context(), []string{fixed})[0]
				})
			})
		}
	}
}

func wantDenial(t *testing.T, d denial, single bool, call func(runtime.Store) error) {
	t.Helper()
	options := d.serve(t)
	options.ForceSingleClient = single
	store, err := valkeysession.NewStore(options, valkeysession.Timeout(cmp.Or(d.timeout, generous)))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if d.later != nil {
		eventually(t, "the store works", func() bool { return call(store) == nil })
		d.later(t, &valkeytest.Server{Addr: options.InitAddress[0]})
	}
	err = call(store)
	wantUnavailable(t, err, options.InitAddress[0])
	if err != nil && !strings.HasSuffix(strings.TrimSuffix(err.Error(), ": context deadline exceeded"), d.says) {
		t.Errorf("%v", err)
	}
}

func TestEveryWayToGetNoConnectionIsInTheGuide(t *testing.T) {
	told, tried := make(map[string]bool), make(map[string]bool)
	for _, cells := range tableOf(t, "the error ends with") {
		told[cells[0]] = true
	}
	for name, d := range denials {
		if tried[d.says] = true; !told[d.says] {
			t.Errorf("docs/valkey.md does not tell of %s: %s", name, d.says)
		}
	}
	for says := range told {
		if !tried[says] {
			t.Errorf("nothing tries what docs/valkey.md tells: %s", says)
		}
	}
}

// The client may ask the servers that are left, or the one that is gone.
func TestClusterThatHasLostAServerSaysWhatToDo(t *testing.T) {
	t.Parallel()
	nodes := valkeytest.NewCluster(t, 3)
	store := newStore(t, at(nodes...))
	mustAdd(t, store, item(fixed, "x"))
	nodes[valkeytest.NodeOf(t, nodes, nodes[0].Slot(t, "{"+fixed+"}"))].Stop()
	for range 20 {
		_, err := store.Get(t.Context(), []string{fixed})
		if err == nil {
			t.Fatal("it is there")
		}
		if !strings.Contains(err.Error(), denials["not running"].says) {
			wantUnavailable(t, err, "see CLUSTER INFO")
		}
	}
}
