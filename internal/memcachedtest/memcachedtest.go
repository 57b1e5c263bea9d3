// Package memcachedtest runs private memcached servers for tests, and fakes that
// answer as a test wants them to. It knows neither sessions nor stores.
package memcachedtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// RequireEnv names the environment variable that, set to 1, makes a test fail
// instead of being skipped where there is no memcached in PATH.
const RequireEnv = "SESSIONGEN_TEST_REQUIRE"

// patience is how long a server may take to start.
const patience = 20 * time.Second

// A Server is a memcached process on a loopback port of its own. Its methods
// must not be called side by side.
type Server struct {
	// Addr is the host:port that the server listens on, across restarts.
	Addr string

	// certificates are those of a client that is asked for one.
	certificates []tls.Certificate

	t      testing.TB
	path   string
	args   []string
	cmd    *exec.Cmd
	exited chan struct{}
	stderr bytes.Buffer // to be read only after exited is closed
}

// Start runs a memcached until the end of the test and returns its address.
// args are given to memcached, such as "-m", "1".
func Start(t testing.TB, args ...string) (addr string) {
	t.Helper()
	return New(t, args...).Addr
}

// New is like [Start], for tests that stop and restart the server.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	return newServer(t, nil, args...)
}

func newServer(t testing.TB, certificates []tls.Certificate, args ...string) *Server {
	t.Helper()
	path, err := exec.LookPath("memcached")
	if err != nil {
		if os.Getenv(RequireEnv) == "1" {
			t.Fatalf("this test needs memcached in PATH: %v", err)
		}
		leftout.Say("memcached is not in PATH, so what needs it is skipped")
		t.Skipf("skipped, needs memcached in PATH: %v", err)
	}
	s := &Server{t: t, path: path, args: args, certificates: certificates}
	t.Cleanup(s.Stop)
	// A free port may be taken by another process before memcached has it.
	for range 5 {
		s.Addr = freeAddr(t)
		if err = s.start(); err == nil {
			return s
		}
	}
	t.Fatal(err)
	return nil
}

// Stop kills the server, with all that it holds. Its connections break.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	// It fails if the process is gone already, which is what is wanted.
	_ = s.cmd.Process.Kill()
	<-s.exited
	s.cmd = nil
}

// Items returns how many items the server has stored since it was started.
func (s *Server) Items() (n int) {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr, patience)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "stats\r\nquit\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "STAT total_items %d", &n); err == nil {
			return n
		}
	}
	s.t.Fatal("the server has no statistics")
	return 0
}

// Restart stops the server, if it runs, and starts it again, empty and at the
// same address.
func (s *Server) Restart() {
	s.t.Helper()
	s.Stop()
	var err error
	// For a moment, the port may be that of an outgoing connection.
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err = s.start(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatal(err)
}

// start runs the process and waits until it answers.
func (s *Server) start() error {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return err
	}
	args := []string{"-l", host, "-p", port, "-U", "0"}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	s.stderr.Reset()
	cmd := exec.Command(s.path, append(args, s.args...)...)
	cmd.Stderr = &s.stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	s.cmd, s.exited = cmd, exited
	if err := s.wait(); err != nil {
		s.Stop()
		return fmt.Errorf("memcached at %s: %w %s", s.Addr, err, bytes.TrimSpace(s.stderr.Bytes()))
	}
	return nil
}

// wait returns when the server answers, or with an error when it does not.
func (s *Server) wait() error {
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err = s.answers(); err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("%v", s.cmd.ProcessState)
		case <-time.After(2 * time.Millisecond):
		}
	}
	return fmt.Errorf("no answer: %w", err)
}

// answers checks that the process is the one that answers, and not another that
// had the address first. A server with the option -Y answers nobody that it does
// not know.
func (s *Server) answers() error {
	conn, err := net.DialTimeout("tcp", s.Addr, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if slices.Contains(s.args, "-Z") {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, Certificates: s.certificates})
	}
	if _, err := fmt.Fprint(conn, "stats\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	want := fmt.Sprintf("STAT pid %d\r\n", s.cmd.Process.Pid)
	if slices.Contains(s.args, "-Y") {
		want = "CLIENT_ERROR unauthenticated\r\n"
	}
	if line != want {
		return fmt.Errorf("it answers %q, not %q", line, want)
	}
	return nil
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
