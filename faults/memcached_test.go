package faults

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// patience is how long anything may take that must happen at once: a sleeping
// machine shall fail no test.
const patience = 20 * time.Second

// A memcached is a server that runs until the end of the test, always at the
// same address.
type memcached struct {
	addr string
	args []string
	cmd  *exec.Cmd
}

// startMemcached runs a memcached with the given options beside those that say
// where it listens.
func startMemcached(t testing.TB, args ...string) *memcached {
	t.Helper()
	if *onValkey {
		t.Skip("skipped, is about memcached itself")
	}
	if _, err := exec.LookPath("memcached"); err != nil {
		if os.Getenv("SESSIONGEN_TEST_REQUIRE") == "1" {
			t.Fatal(err)
		}
		leftout.Say("memcached is not in PATH, so what needs it is skipped")
		t.Skipf("skipped, needs memcached in PATH: %v", err)
	}
	m := &memcached{addr: freeAddr(t), args: args}
	m.start(t)
	t.Cleanup(m.kill)
	return m
}

// start runs the server and waits until it answers.
func (m *memcached) start(t testing.TB) {
	t.Helper()
	host, port, _ := net.SplitHostPort(m.addr)
	args := append([]string{"-l", host, "-p", port, "-U", "0"}, m.args...)
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		// For a moment, the port may be that of an outgoing connection.
		m.cmd = exec.Command("memcached", args...)
		if err := m.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		exited := make(chan struct{})
		go func(cmd *exec.Cmd) {
			cmd.Wait()
			close(exited)
		}(m.cmd)
		for m.stat("pid") != fmt.Sprint(m.cmd.Process.Pid) && !isClosed(exited) {
			time.Sleep(time.Millisecond)
		}
		if !isClosed(exited) {
			return
		}
	}
	t.Fatalf("memcached does not start at %s", m.addr)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// kill ends the server as kill -9 does, with all that it holds.
func (m *memcached) kill() {
	m.cmd.Process.Kill()
	for m.stat("pid") != "" {
		time.Sleep(time.Millisecond)
	}
}

// stat returns a number of the server's statistics, empty if it is down.
func (m *memcached) stat(name string) string {
	for line := range strings.SplitSeq(m.ask("stats", "END"), "\r\n") {
		if value, ok := strings.CutPrefix(line, "STAT "+name+" "); ok {
			return value
		}
	}
	return ""
}

// ask sends a command and returns the answer up to the line that begins with
// last, or nothing if there is none.
func (m *memcached) ask(command, last string) string {
	conn, err := net.Dial("tcp", m.addr)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "%s\r\n", command)
	var answer strings.Builder
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return ""
		}
		answer.WriteString(line)
		if strings.HasPrefix(line, last) {
			return answer.String()
		}
	}
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
