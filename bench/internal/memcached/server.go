// Package memcached runs a memcached for the benchmark, and counts round trips
// to it.
package memcached

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// patience is how long a memcached may take to start or to answer.
const patience = 20 * time.Second

// A Server is a memcached that belongs to the benchmark.
type Server struct {
	Addr string
	cmd  *exec.Cmd
	conn net.Conn // for statistics
	in   *bufio.Reader
}

// maxConns is more than all goroutines of the benchmark open at once.
const maxConns = 8192

// Start runs the memcached that is in PATH with so many megabytes.
func Start(megabytes int) (*Server, error) {
	program, err := exec.LookPath("memcached")
	if err != nil {
		return nil, fmt.Errorf("the benchmark needs memcached: %w", err)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(addr)
	args := []string{"-l", host, "-p", port, "-U", "0", "-m", strconv.Itoa(megabytes), "-c", strconv.Itoa(maxConns)}
	if os.Geteuid() == 0 {
		args = append(args, "-u", "nobody") // it refuses to run as root
	}
	s := &Server{Addr: addr, cmd: exec.Command(program, args...)}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// connect waits until the server answers.
func (s *Server) connect() error {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", s.Addr)
		if err == nil {
			s.conn, s.in = conn, bufio.NewReader(conn)
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("memcached does not start: %w", err)
		}
	}
	pid, err := s.Stat("pid")
	if err == nil && pid != int64(s.cmd.Process.Pid) {
		err = errors.New("another memcached has taken the port")
	}
	return err
}

// Pid returns the id of the server's process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Stop ends the server.
func (s *Server) Stop() {
	if s.conn != nil {
		s.conn.Close()
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it says that it was killed
}

// Stat returns a number of the server's statistics.
func (s *Server) Stat(name string) (int64, error) {
	if err := s.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprint(s.conn, "stats\r\n"); err != nil {
		return 0, err
	}
	var found string
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "END" {
			break
		}
		if value, ok := strings.CutPrefix(line, "STAT "+name+" "); ok {
			found = value
		}
	}
	return strconv.ParseInt(found, 10, 64)
}

// Resident returns the bytes of memory that the server's process takes.
func (s *Server) Resident() (int64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0, err
	}
	return resident * int64(os.Getpagesize()), nil
}

// Version returns what memcached says of itself.
func Version() (string, error) {
	out, err := exec.Command("memcached", "-V").Output()
	return strings.TrimSpace(string(out)), err
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
