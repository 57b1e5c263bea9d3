package valkeysession_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/sessiongen/sessiongen/internal/valkeytest"
)

func webServer(t *testing.T) (addr string) {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// greeter says something to whoever connects.
func greeter(t *testing.T, words string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			_, _ = conn.Write([]byte(words)) // the client may be gone
		}
	}()
	return l.Addr().String()
}

// memcached runs one until the end of the test.
func memcached(t *testing.T) (addr string) {
	t.Helper()
	path, err := exec.LookPath("memcached")
	if err != nil {
		if os.Getenv(valkeytest.RequireEnv) == "1" {
			t.Fatalf("this test needs memcached: %v", err)
		}
		t.Skipf("skipped, needs memcached: %v", err)
	}
	addr = freeAddr(t)
	host, port, _ := net.SplitHostPort(addr)
	runAt(t, addr, path, "-u", "nobody", "-l", host, "-p", port)
	return addr
}

func freeAddr(t *testing.T) (addr string) {
	t.Helper()
	addr, err := valkeytest.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// runAt runs a program that listens there until the end of the test.
func runAt(t *testing.T, addr, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	eventually(t, path+" listens", func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}
