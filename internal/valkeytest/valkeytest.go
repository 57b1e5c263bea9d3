// Package valkeytest runs private Valkey servers, or Redis ones, for tests and
// benchmarks of other modules: single ones, with TLS, and clusters. It knows neither
// sessions nor stores.
package valkeytest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// RequireEnv names the environment variable that, set to 1, makes a test fail
// instead of being skipped where there is no server in PATH.
const RequireEnv = "SESSIONGEN_TEST_REQUIRE"

// patience is how long a server may take to start.
const patience = 20 * time.Second

// programs are the servers that serve, the first one that is in PATH.
var programs = []string{"valkey-server", "redis-server"}

// A Server is a process on a loopback port of its own. Its methods must not be
// called side by side, except for Do.
type Server struct {
	// Addr is the host:port that the server listens on, across restarts.
	Addr string

	// TLS, unless it is nil, is how Do talks to the server.
	TLS *tls.Config

	path   string
	dir    string
	args   []string
	watch  string // what a sentinel watches, as its configuration says it
	cmd    *exec.Cmd
	exited chan struct{}
	output string // the name of its log
}

// Program returns the path of the server that is run.
func Program() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("none of %s is in PATH", strings.Join(programs, ", "))
}

// New runs a server until the end of the test. It keeps nothing on disk, unless args
// say so, which are given to the server, such as "--maxmemory", "1mb". The folder
// that it has for files is its own, across restarts.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, nil, args)
}

func start(t testing.TB, config *tls.Config, args []string) *Server {
	t.Helper()
	if _, err := Program(); err != nil {
		if os.Getenv(RequireEnv) == "1" {
			t.Fatalf("this test needs a server: %v", err)
		}
		leftout.Say("neither valkey-server nor redis-server is in PATH, so what needs one is skipped")
		t.Skipf("skipped, needs a server: %v", err)
	}
	return launch(t, Server{TLS: config, args: args})
}

func launch(t testing.TB, like Server) *Server {
	t.Helper()
	like.dir = t.TempDir()
	s, err := run(like)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Start is like [New] outside of tests. Whoever calls it stops the server.
func Start(dir string, args ...string) (*Server, error) { return run(Server{dir: dir, args: args}) }

func run(like Server) (s *Server, err error) {
	s = &like
	if s.path, err = Program(); err != nil {
		return nil, err
	}
	s.output = filepath.Join(s.dir, "log")
	// A free port may be taken by another process before the server has it.
	for range 5 {
		if s.Addr, err = FreeAddr(); err != nil {
			return nil, err
		}
		if err = s.start(); err == nil {
			return s, nil
		}
	}
	return nil, err
}

// Stop kills the server as kill -9 does. Its connections break.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	// It fails if the process is gone already, which is what is wanted.
	_ = s.cmd.Process.Kill()
	<-s.exited
	s.cmd = nil
}

// Restart stops the server, if it runs, and starts it again at the same address,
// with what it has kept on disk.
func (s *Server) Restart() error {
	s.Stop()
	var err error
	// For a moment, the port may be that of an outgoing connection.
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = s.start(); err == nil {
			return nil
		}
	}
	return err
}

// Process returns the server's process, to be sent signals.
func (s *Server) Process() *os.Process { return s.cmd.Process }

// start runs the process and waits until it answers.
func (s *Server) start() error {
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return err
	}
	args, err := s.arguments(port)
	if err != nil {
		return err
	}
	log, err := os.Create(s.output)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(s.path, args...)
	cmd.Stdout, cmd.Stderr = log, log
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
		said, _ := os.ReadFile(s.output)
		return fmt.Errorf("%s at %s: %w %s", filepath.Base(s.path), s.Addr, err, strings.TrimSpace(string(said)))
	}
	return nil
}

func (s *Server) arguments(port string) ([]string, error) {
	if s.watch != "" {
		return s.asSentinel(port)
	}
	ports := []string{"--port", port}
	if s.TLS != nil {
		ports = []string{"--port", "0", "--tls-port", port}
	}
	args := append(ports, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no", "--loglevel", "warning")
	return append(args, s.args...), nil
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

// answers checks that the server's own process is the one that answers, and not
// another that had the address first. A server that wants a password is taken for
// it.
func (s *Server) answers() error {
	pid, err := s.Info("process_id")
	if reply, ok := errors.AsType[ReplyError](err); ok && strings.HasPrefix(string(reply), "NOAUTH") {
		return nil
	}
	if err == nil && pid != strconv.Itoa(s.cmd.Process.Pid) {
		err = fmt.Errorf("the process %s answers", pid)
	}
	return err
}

// FreeAddr returns a loopback address that nobody listens on.
func FreeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
