package valkeysession_test

import (
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
	"github.com/sessiongen/sessiongen/runtime"
)

// loggedIn makes a session and returns its token.
func loggedIn(t *testing.T, store runtime.Store) (sessions *Sessions, token string) {
	t.Helper()
	sessions, err := NewSessions(runtime.Config{Store: store, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := sessions.Issue(t.Context(), SessionFields{User: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	return sessions, cookie.Value
}

func logOut(t *testing.T, sessions *Sessions, token string) {
	t.Helper()
	s, err := sessions.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantLoggedIn(t, sessions, token, false)
}

// wantLoggedIn fails the test unless the token opens a session, or opens none. The
// connections may have to be made anew.
func wantLoggedIn(t *testing.T, sessions *Sessions, token string, want bool) {
	t.Helper()
	eventually(t, "the store answers", func() bool {
		s, err := sessions.Open(t.Context(), token)
		if err != nil {
			return false
		}
		if (s.GetUser() == "alice") != want || s.IsNew() == want {
			t.Errorf("the session is there: %v, want %v", !s.IsNew(), want)
		}
		return true
	})
}

// killAndRestart does what kill -9 and a start do.
func killAndRestart(t *testing.T, server *valkeytest.Server) {
	t.Helper()
	server.Stop()
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
}

// What docs/valkey.md says of restarts. Of the three, only the first brings the
// session back.
func TestRestartFromASnapshotUndoesALogout(t *testing.T) {
	t.Parallel()
	server := valkeytest.New(t)
	sessions, token := loggedIn(t, newStore(t, at(server)))
	server.Must(t, "SAVE")
	logOut(t, sessions, token)
	killAndRestart(t, server)
	wantLoggedIn(t, sessions, token, true)
}

func TestLogoutStandsAfterARestartWithAppendfsyncAlways(t *testing.T) {
	t.Parallel()
	server := valkeytest.New(t, "--appendonly", "yes", "--appendfsync", "always")
	sessions, token := loggedIn(t, newStore(t, at(server)))
	_, other := loggedIn(t, newStore(t, at(server)))
	logOut(t, sessions, token)
	killAndRestart(t, server)
	wantLoggedIn(t, sessions, token, false)
	wantLoggedIn(t, sessions, other, true)
}

func TestNothingComesBackWithoutPersistence(t *testing.T) {
	t.Parallel()
	server := valkeytest.New(t)
	sessions, token := loggedIn(t, newStore(t, at(server)))
	_, other := loggedIn(t, newStore(t, at(server)))
	logOut(t, sessions, token)
	killAndRestart(t, server)
	wantLoggedIn(t, sessions, token, false)
	wantLoggedIn(t, sessions, other, false)
}

// A lag is what a replica hears of its primary by, until it is held.
type lag struct {
	addr string
	held sync.Mutex
}

func newLag(t *testing.T, primary string) *lag {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	g := &lag{addr: l.Addr().String()}
	go func() {
		for {
			replica, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", primary)
			if err != nil {
				replica.Close()
				continue
			}
			go io.Copy(server, replica)
			go g.carry(replica, server)
		}
	}()
	return g
}

func (g *lag) carry(replica, server net.Conn) {
	defer replica.Close()
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		g.held.Lock()
		if err == nil {
			_, err = replica.Write(buf[:n])
		}
		g.held.Unlock()
		if err != nil {
			return
		}
	}
}

// The replica has not heard of the logout when that is acknowledged, and takes over.
func TestFailoverToAReplicaThatLagsBehindUndoesALogout(t *testing.T) {
	t.Parallel()
	primary := valkeytest.New(t, "--repl-diskless-sync-delay", "0")
	way := newLag(t, primary.Addr)
	host, port, _ := net.SplitHostPort(way.addr)
	replica := valkeytest.New(t, "--replicaof", host+" "+port)
	serving := primary
	options := at(primary)
	options.ForceSingleClient = true
	options.DialCtxFn = dialTo(func() string { return serving.Addr })
	sessions, token := loggedIn(t, newStore(t, options))
	eventually(t, "the replica has the session", func() bool {
		size, err := replica.Do("DBSIZE")
		return err == nil && size != int64(0)
	})
	way.held.Lock()
	defer way.held.Unlock()
	logOut(t, sessions, token)
	primary.Stop()
	replica.Must(t, "REPLICAOF", "NO", "ONE")
	serving = replica
	wantLoggedIn(t, sessions, token, true)
}
