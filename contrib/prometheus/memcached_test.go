package promsession_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// startMemcached runs a memcached until the end of the test, or until stop is called,
// and returns its address.
func startMemcached(t *testing.T) (addr string, stop func()) {
	t.Helper()
	path, err := exec.LookPath("memcached")
	if err != nil {
		if os.Getenv("SESSIONGEN_TEST_REQUIRE") == "1" {
			t.Fatalf("this test needs memcached in PATH: %v", err)
		}
		t.Skipf("skipped, needs memcached in PATH: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	args := []string{"-l", "127.0.0.1", "-p", port, "-U", "0"}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	cmd := exec.Command(path, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	t.Cleanup(stop)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if err := answers(addr, cmd.Process.Pid); err == nil {
			return addr, stop
		} else if time.Now().After(deadline) {
			t.Fatalf("memcached at %s: %v", addr, err)
		}
	}
}

// answers checks that it is the process with this id that answers.
func answers(addr string, pid int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(conn, "stats\r\n")
	var answered int
	if _, err := fmt.Fscanf(conn, "STAT pid %d\r\n", &answered); err != nil || answered != pid {
		return fmt.Errorf("process %d answers, not %d: %v", answered, pid, err)
	}
	return nil
}
