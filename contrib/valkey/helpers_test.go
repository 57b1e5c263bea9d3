package valkeysession_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime"
)

// patience is how long anything may take that must happen at once: a sleeping
// machine shall fail no test.
const patience = 20 * time.Second

// wantUnavailable fails the test unless err is ErrUnavailable and has this in its
// text.
func wantUnavailable(t testing.TB, err error, text string) {
	t.Helper()
	if !errors.Is(err, runtime.ErrUnavailable) || !strings.Contains(err.Error(), text) {
		t.Errorf("the error is %v, want %v with %q", err, runtime.ErrUnavailable, text)
	}
}

// newRecord returns the key of a record, which begins all keys of a session.
func newRecord() string { return "session:" + uuid.NewString() }

func item(key, value string) runtime.Item {
	return runtime.Item{Key: key, Value: []byte(value), Expires: time.Now().Add(time.Hour)}
}

// mustAdd adds items, without faults, and returns them with their versions.
func mustAdd(t testing.TB, store runtime.Store, items ...runtime.Item) map[string]runtime.Item {
	t.Helper()
	if err := errors.Join(store.Add(t.Context(), items)...); err != nil {
		t.Fatal(err)
	}
	keys := make([]string, len(items))
	for i := range items {
		keys[i] = items[i].Key
	}
	stored, err := store.Get(t.Context(), keys)
	if err != nil || len(stored) != len(items) {
		t.Fatalf("%d of %d items are there: %v", len(stored), len(items), err)
	}
	return stored
}

// eventually waits until something has come true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// dialTo makes connections to the address that is right just then.
func dialTo(addr func() string) func(context.Context, string, *net.Dialer, *tls.Config) (net.Conn, error) {
	return func(ctx context.Context, _ string, d *net.Dialer, _ *tls.Config) (net.Conn, error) {
		return d.DialContext(ctx, "tcp", addr())
	}
}
