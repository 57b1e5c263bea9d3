package runtime_test

import (
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

//go:generate go tool sessiongen

// SessionFields declares the session by which the tests use the runtime. It has
// one variable of each kind.
type SessionFields struct {
	Token  string
	Visits int
	Cart   []string `session:",lazy"`
	Notice string   `session:",flash"`
	Code   string   `session:",ttl=2s"`
	Draft  string   `session:",evictable"`
}

// mustSessions returns the manager of a configuration that is right.
func mustSessions(t testing.TB, config runtime.Config) *Sessions {
	t.Helper()
	sessions, err := NewSessions(config)
	if err != nil {
		t.Fatal(err)
	}
	return sessions
}
