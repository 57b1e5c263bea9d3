package memcachedtest_test

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
)

func TestServerIsEmptyAtTheSameAddressAfterRestart(t *testing.T) {
	s := memcachedtest.New(t, "-m", "16")
	addr := s.Addr
	if got := ask(t, addr, "set k 0 0 1\r\nv\r\n"); got != "STORED" {
		t.Fatalf("set: %q", got)
	}
	if got := ask(t, addr, "get k\r\n"); got != "VALUE k 0 1" {
		t.Errorf("get: %q", got)
	}
	s.Stop()
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("a stopped server answers")
	}
	s.Stop()
	s.Restart()
	if s.Addr != addr {
		t.Errorf("restarted at %s, want %s", s.Addr, addr)
	}
	if got := ask(t, addr, "get k\r\n"); got != "END" {
		t.Errorf("get after restart: %q", got)
	}
	s.Restart()
	if got := ask(t, addr, "get k\r\n"); got != "END" {
		t.Errorf("get after second restart: %q", got)
	}
}

func TestServerEndsWithTheTest(t *testing.T) {
	var addr string
	t.Run("inner", func(t *testing.T) { addr = memcachedtest.Start(t) })
	if addr == "" {
		t.Skip("skipped, needs memcached in PATH, as the inner test says")
	}
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("the server outlives its test")
	}
}

func TestWithoutMemcachedATestIsSkippedUnlessItIsRequired(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for require, want := range map[string]string{"": "skipped", "1": "failed"} {
		t.Setenv(memcachedtest.RequireEnv, require)
		r := &recorder{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			memcachedtest.Start(r)
		}()
		if <-done; r.outcome != want {
			t.Errorf("%s=%q: %s, want %s", memcachedtest.RequireEnv, require, r.outcome, want)
		}
	}
}

// recorder is a test that remembers how it ended.
type recorder struct {
	testing.TB
	outcome string
}

func (r *recorder) Skipf(string, ...any) { r.end("skipped") }

func (r *recorder) Fatalf(string, ...any) { r.end("failed") }

func (r *recorder) end(outcome string) {
	r.outcome = outcome
	runtime.Goexit()
}

// ask sends a command and returns the first line of the answer.
func ask(t *testing.T, addr, command string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, command); err != nil {
		t.Fatal(err)
	}
	line, _, err := bufio.NewReader(conn).ReadLine()
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}
