//go:build unix

package faults

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// startWarm runs a memcached that keeps its items over a restart (its option -e).
func startWarm(t *testing.T) *memcached {
	t.Helper()
	dir, err := os.MkdirTemp("", "warm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil { // it runs as nobody
		t.Fatal(err)
	}
	return startMemcached(t, "-m", "64", "-e", filepath.Join(dir, "memory"))
}

// restartWarm ends the server so that it keeps its items, as systemctl would with
// KillSignal=SIGUSR1, and starts it again.
func (m *memcached) restartWarm(t *testing.T) {
	t.Helper()
	if err := m.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	for m.stat("pid") != "" {
		time.Sleep(time.Millisecond)
	}
	for m.cmd.Process.Signal(syscall.Signal(0)) == nil { // it writes until it has ended
		time.Sleep(time.Millisecond)
	}
	for stopped := time.Now().Unix(); time.Now().Unix() <= stopped; { // else it begins empty
		time.Sleep(10 * time.Millisecond)
	}
	m.start(t)
}

func TestSessionsAndTheirEndsOutliveAWarmRestart(t *testing.T) {
	server := startWarm(t)
	sessions := newSessions(t, runtime.Config{Store: newStore(t, server.addr), Keys: oneKey[0], OnEvent: failOnLossAmongFaults(t)})
	ctx := t.Context()
	for range times(2, 100) {
		living := mustIssue(t, sessions, SessionFields{Owner: "me", Count: 7, Cart: []string{"tea"}})
		gone := mustIssue(t, sessions, SessionFields{Owner: "me"})
		if err := mustOpen(t, sessions, gone).Destroy(ctx); err != nil {
			t.Fatal(err)
		}
		renewed := mustIssue(t, sessions, SessionFields{Owner: "me"})
		r := mustOpen(t, sessions, renewed)
		if err := r.Renew(ctx); err != nil {
			t.Fatal(err)
		}
		ended := mustLogIn(t, sessions, "ended")
		inFlight := mustOpen(t, sessions, ended)
		if err := sessions.EndAll(ctx, "ended"); err != nil {
			t.Fatal(err)
		}
		login := mustLogIn(t, sessions, "stays")
		loaded, stale := mustOpen(t, sessions, living), mustOpen(t, sessions, living)
		if err := stale.UpdateCount(ctx, func(n *int) error { *n++; return nil }); err != nil {
			t.Fatal(err)
		}

		server.restartWarm(t)
		if s := mustOpen(t, sessions, living); s.GetOwner() != "me" || s.GetCount() != 8 {
			t.Errorf("a living session is %+v", s.Values())
		}
		for name, token := range map[string]string{"destroyed": gone, "renewed": renewed, "ended with its account": ended} {
			if s := mustOpen(t, sessions, token); !s.IsNew() {
				t.Errorf("a session that was %s lives again", name)
			}
		}
		if s := mustOpen(t, sessions, r.Cookie().Value); s.GetOwner() != "me" {
			t.Errorf("what a session was renewed to is %+v", s.Values())
		}
		if !lives(t, sessions, login) {
			t.Error("a login is gone")
		}
		// Versions go on: one from before the restart is never good for a newer value.
		if err := loaded.UpdateCount(ctx, func(n *int) error { *n++; return nil }); err != nil {
			t.Fatal(err)
		}
		if got := mustOpen(t, sessions, living).GetCount(); got != 9 {
			t.Errorf("an update is lost: %d, want 9", got)
		}
		inFlight.SetOwner("anew")
		if err := inFlight.Save(ctx); err == nil {
			t.Error("a request in flight is not told of the end")
		}
	}
}

// Without the signal the file is worth nothing, and memcached knows it.
func TestServerThatWasKilledBeginsEmptyInSpiteOfItsMemoryFile(t *testing.T) {
	server := startWarm(t)
	sessions := newSessions(t, runtime.Config{Store: newStore(t, server.addr)})
	token := mustIssue(t, sessions, SessionFields{Owner: "me"})
	server.kill()
	server.start(t)
	if s := mustOpen(t, sessions, token); !s.IsNew() {
		t.Errorf("there is %+v", s.Values())
	}
}
