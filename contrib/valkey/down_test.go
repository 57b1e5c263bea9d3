package valkeysession_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/valkey-io/valkey-go"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// everyCall returns the errors of one call of each method for these two items.
func everyCall(ctx context.Context, store runtime.Store, items []runtime.Item) map[string][]error {
	keys := []string{items[0].Key, items[1].Key}
	_, err := store.Get(ctx, keys)
	return map[string][]error{
		"Get": {err, err}, "Add": store.Add(ctx, items), "Swap": store.Swap(ctx, items), "Delete": store.Delete(ctx, keys),
	}
}

func wantAllUnavailable(t testing.TB, store runtime.Store, text string) {
	t.Helper()
	record := newRecord()
	for call, errs := range everyCall(t.Context(), store, []runtime.Item{item(record, "x"), item(record+"-a", "y")}) {
		if len(errs) != 2 {
			t.Errorf("%s gave %d results for 2", call, len(errs))
		}
		for _, err := range errs {
			t.Log(call, err)
			wantUnavailable(t, err, text)
		}
	}
}

func TestAppStartsWhileTheServerIsDown(t *testing.T) {
	server := valkeytest.New(t)
	server.Stop()
	store := newStore(t, at(server))
	wantAllUnavailable(t, store, server.Addr)
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	record := newRecord()
	eventually(t, "the store works", func() bool {
		return store.Add(t.Context(), []runtime.Item{item(record, "x")})[0] == nil
	})
}

// A write can't be repeated, so it must not be tried on a connection to the server
// that was killed: its outcome would be unknown for no reason.
func TestWriteAfterARestartIsAnswered(t *testing.T) {
	server := valkeytest.New(t)
	store := newStore(t, at(server))
	for range 10 {
		record := newRecord()
		stored := mustAdd(t, store, item(record, "x"))[record]
		server.Stop()
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		if err := store.Swap(t.Context(), []runtime.Item{stored})[0]; !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("the write ends in %v", err)
		}
	}
}

func TestClosedStoreIsUnavailable(t *testing.T) {
	t.Parallel()
	store := newStore(t, at(valkeytest.New(t)))
	mustAdd(t, store, item(newRecord(), "x"))
	for range 2 {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		wantAllUnavailable(t, store, "closed")
	}
	never := newStore(t, at(valkeytest.New(t)))
	if err := never.Close(); err != nil {
		t.Error(err)
	}
	wantAllUnavailable(t, never, "closed")
}

// silent accepts connections and says nothing.
func silent(t testing.TB) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

func TestServerThatSaysNothingIsUnavailableWithinTheTimeout(t *testing.T) {
	options := valkey.ClientOption{InitAddress: []string{silent(t)}}
	store, err := valkeysession.NewStore(options, valkeysession.Timeout(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	record := newRecord()
	start := time.Now()
	for call, errs := range everyCall(t.Context(), store, []runtime.Item{item(record, "x"), item(record+"-a", "y")}) {
		for _, err := range errs {
			if !errors.Is(err, runtime.ErrUnavailable) {
				t.Errorf("%s ends in %v", call, err)
			}
		}
	}
	if took := time.Since(start); took > patience {
		t.Errorf("four calls took %v", took)
	}
}

// Others wait for the connection that a visitor's request makes. When the visitor goes
// away, the request of the others is not the one that is cancelled.
func TestVisitorWhoGoesAwayCancelsNoOtherCall(t *testing.T) {
	server := valkeytest.New(t)
	dials := make(chan context.Context, 100)
	var slow atomic.Bool
	goOn := make(chan struct{})
	options := at(server)
	options.ForceSingleClient, options.PipelineMultiplex = true, -1
	options.DialCtxFn = func(ctx context.Context, addr string, d *net.Dialer, _ *tls.Config) (net.Conn, error) {
		dials <- ctx
		if slow.CompareAndSwap(true, false) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-goOn:
			}
		}
		return d.DialContext(ctx, "tcp", addr)
	}
	store := newStore(t, options)
	mustAdd(t, store, item(newRecord(), "x"))
	<-dials
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	slow.Store(true)
	gone, leave := context.WithCancel(t.Context())
	defer leave()
	add := func(ctx context.Context) chan error {
		done := make(chan error, 1)
		go func() { done <- store.Add(ctx, []runtime.Item{item(newRecord(), "x")})[0] }()
		return done
	}
	visitor := add(gone)
	<-dials
	others := []chan error{add(t.Context()), add(t.Context()), add(t.Context())}
	time.Sleep(50 * time.Millisecond) // for the others to wait, or else they make their own
	leave()
	if err := <-visitor; !errors.Is(err, context.Canceled) {
		t.Errorf("the visitor's request ends in %v", err)
	}
	close(goOn)
	for _, other := range others {
		if err := <-other; err != nil {
			t.Error(err)
		}
	}
}

func TestCancelledContextEndsACallAtOnce(t *testing.T) {
	t.Parallel()
	server := valkeytest.New(t)
	store := newStore(t, at(server))
	record := newRecord()
	stored := mustAdd(t, store, item(record, "x"))[record]
	server.Must(t, "CLIENT", "PAUSE", "60000")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	err := store.Swap(ctx, []runtime.Item{stored})[0]
	if wantUnavailable(t, err, server.Addr); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
	if took := time.Since(start); took > generous/2 {
		t.Errorf("the call took %v", took)
	}
}
