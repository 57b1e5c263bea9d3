package faults

import (
	"context"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A renewal may move the session from the place of one key to that of the other.
func TestEndAllStandsWhileTheKeysAreChanged(t *testing.T) {
	testEndAll(t, newArena(t, keysInChange), times(300, 30_000))
}

// A betweenStore does something else after its next write.
type betweenStore struct {
	runtime.Store
	do func()
}

func (s *betweenStore) Add(ctx context.Context, items []runtime.Item) []error {
	defer s.next()
	return s.Store.Add(ctx, items)
}

func (s *betweenStore) Swap(ctx context.Context, items []runtime.Item) []error {
	defer s.next()
	return s.Store.Swap(ctx, items)
}

func (s *betweenStore) next() {
	if do := s.do; do != nil {
		s.do = nil
		do()
	}
}

// A process that has the keys in the old order looks at the place of the new key
// first. When it has found nobody there, a process that has them in the new order
// moves the session there.
func TestEndFindsASessionThatMovesBehindIt(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, sessions *Sessions, own *Session) error{
		"EndAll":    func(ctx context.Context, sessions *Sessions, _ *Session) error { return sessions.EndAll(ctx, "alice") },
		"EndOthers": func(ctx context.Context, _ *Sessions, own *Session) error { return own.EndOthers(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			store := storeAt(t, limits{}, startServer(t).addr)
			between := &betweenStore{Store: store}
			before := newSessions(t, runtime.Config{Store: between, Keys: keysInChange[0]})
			after := newSessions(t, runtime.Config{Store: store, Keys: keysInChange[1]})
			token := mustLogIn(t, before, "alice")
			var own *Session
			if name == "EndOthers" { // which looks at its own session's place first
				own = mustOpen(t, before, mustLogIn(t, after, "alice"))
			}
			s := mustOpen(t, after, token)
			between.do = func() {
				if err := s.Renew(ctx); err != nil {
					t.Error(err)
				}
			}
			if err := end(ctx, before, own); err != nil {
				t.Fatal(err)
			}
			if t.Failed() {
				return // nothing has moved
			}
			if lives(t, after, token) || lives(t, after, s.Cookie().Value) {
				t.Error("the session lives")
			}
		})
	}
}
