package faults

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

//go:generate go tool sessiongen

// SessionFields is what the apps of these tests remember of one visitor.
type SessionFields struct {
	// Owner is set when the session is made and never changed, so that a
	// value of another visitor is recognized, and half a session, too.
	Owner  string
	Count  int
	Word   string
	Notice string   `session:",flash"`
	Cart   []string `session:",lazy"`
	Draft  string   `session:",evictable"`
	Code   string   `session:",ttl=1h"`
}

var silent = slog.New(slog.NewTextHandler(io.Discard, nil))

func newSessions(t testing.TB, config runtime.Config) *Sessions {
	t.Helper()
	if config.Logger == nil {
		config.Logger = silent
	}
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}

// memcache returns a store that makes its calls in the way that the tests are
// run for.
func memcache(servers ...string) *runtime.Memcache {
	store := runtime.NewMemcache(servers...)
	store.Plain = *plain
	return store
}

func newStore(t testing.TB, servers ...string) *runtime.Memcache {
	store := memcache(servers...)
	t.Cleanup(func() { store.Close() })
	return store
}

// failOnLoss fails the test when a session is found broken.
func failOnLoss(t testing.TB) func(context.Context, runtime.Event) {
	return func(_ context.Context, e runtime.Event) {
		if e.Kind == runtime.EventLost || e.Kind == runtime.EventRefused || e.Kind == runtime.EventFailed {
			t.Errorf("event %q, field %q: %v", e.Kind, e.Field, e.Err)
		}
	}
}

// failOnLossAmongFaults is failOnLoss where a store that can't be reached is no
// surprise.
func failOnLossAmongFaults(t testing.TB) func(context.Context, runtime.Event) {
	fail := failOnLoss(t)
	return func(ctx context.Context, e runtime.Event) {
		if e.Kind != runtime.EventFailed || !errors.Is(e.Err, runtime.ErrUnavailable) {
			fail(ctx, e)
		}
	}
}

// mustIssue makes a session of the owner, without faults.
func mustIssue(t testing.TB, sessions *Sessions, fields SessionFields) (token string) {
	t.Helper()
	cookie, err := sessions.Issue(t.Context(), fields)
	if err != nil {
		t.Fatal(err)
	}
	return cookie.Value
}

// mustOpen opens a session, without faults.
func mustOpen(t testing.TB, sessions *Sessions, token string) *Session {
	t.Helper()
	s, err := sessions.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// isUnavailable tells whether err is what a fault of the network or the server
// may cause.
func isUnavailable(err error) bool { return errors.Is(err, runtime.ErrUnavailable) }
