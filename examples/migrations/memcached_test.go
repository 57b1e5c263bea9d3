package migrations_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// startMemcached runs a memcached until the end of the test, and returns its
// address.
func startMemcached(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("memcached")
	if err != nil {
		if os.Getenv("SESSIONGEN_TEST_REQUIRE") == "1" {
			t.Fatalf("this test needs memcached in PATH: %v", err)
		}
		leftout.Say("memcached is not in PATH, so what needs it is skipped")
		t.Skipf("skipped, needs memcached in PATH: %v", err)
	}
	addr := freeAddr(t)
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-l", host, "-p", port, "-U", "0"}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if err = greet(addr); err == nil {
			return addr
		}
		if time.Now().After(deadline) {
			t.Fatalf("memcached is not ready: %v", err)
		}
	}
}

// greet checks that a memcached answers at addr.
func greet(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(conn, "version\r\n"); err != nil {
		return err
	}
	var version string
	if _, err := fmt.Fscanf(conn, "VERSION %s", &version); err != nil {
		return fmt.Errorf("it is no memcached: %w", err)
	}
	return nil
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
