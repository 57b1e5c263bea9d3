package valkeysession_test

import (
	"crypto/tls"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/valkey-io/valkey-go"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/runtime"
)

func ExampleNewStore() {
	store, err := valkeysession.NewStore(valkey.ClientOption{
		InitAddress: []string{"127.0.0.1:6379"},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	sessions, err := NewSessions(runtime.Config{Store: store})
	if err != nil {
		log.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := sessions.From(r.Context())
		if err != nil {
			sessions.Error(w, r, err)
			return
		}
		s.SetVisits(s.GetVisits() + 1)
		fmt.Fprintf(w, "Visit number %d\n", s.GetVisits())
	})
	log.Fatal(http.ListenAndServe("localhost:8080", sessions.Middleware(page)))
}

func ExampleNewStore_cluster() {
	store, err := valkeysession.NewStore(valkey.ClientOption{
		InitAddress: []string{"valkey-1.internal:6379", "valkey-2.internal:6379", "valkey-3.internal:6379"},
		TLSConfig:   &tls.Config{MinVersion: tls.VersionTLS12},
		Username:    "sessions",
		Password:    os.Getenv("VALKEY_PASSWORD"),
	}, valkeysession.Timeout(time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
}

func ExampleNewStore_sentinel() {
	store, err := valkeysession.NewStore(valkey.ClientOption{
		InitAddress: []string{"sentinel-1.internal:26379", "sentinel-2.internal:26379", "sentinel-3.internal:26379"},
		Sentinel:    valkey.SentinelOption{MasterSet: "sessions", TopologyRefreshInterval: 5 * time.Second},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
}
