package valkeysession_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	valkeysession "github.com/sessiongen/sessiongen/contrib/valkey"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

func TestSessionsGoOnAndEndWhereTheMemoryIsFull(t *testing.T) {
	server := valkeytest.New(t)
	sessions, token := loggedIn(t, newStore(t, at(server)))
	server.Must(t, "CONFIG", "SET", "maxmemory", "1")
	s, err := sessions.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	s.SetUser("bob")
	if err := s.Save(t.Context()); err != nil {
		t.Errorf("a set ends in %v", err)
	}
	_, err = sessions.Issue(t.Context(), SessionFields{User: "carol"})
	wantUnavailable(t, err, "out of memory")
	logOut(t, sessions, token)
}

// More calls wait for a server that is stopped than the client has places for in a
// queue. Those that come later can't be sent before the client gives up the
// connection, and end soon after their time-out.
func TestManyCallsToAServerThatIsStoppedEnd(t *testing.T) {
	t.Parallel()
	const calls = 6000
	server := valkeytest.New(t)
	store, err := valkeysession.NewStore(at(server), valkeysession.Timeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	mustAdd(t, store, item(newRecord(), "x"))
	server.Must(t, "CLIENT", "PAUSE", "3600000")
	start := time.Now()
	var all sync.WaitGroup
	for range calls {
		all.Go(func() {
			if _, err := store.Get(t.Context(), []string{newRecord()}); !errors.Is(err, runtime.ErrUnavailable) {
				t.Errorf("a call ends in %v", err)
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	if took > patience {
		t.Errorf("the calls took %v", took)
	}
	t.Logf("%d calls ended within %v", calls, took)
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the store works", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return store.Add(ctx, []runtime.Item{item(newRecord(), "x")})[0] == nil
	})
}
