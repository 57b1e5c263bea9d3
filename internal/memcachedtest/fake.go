package memcachedtest

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Fake is a memcached that answers as a test wants it to.
type Fake struct {
	// Addr is the host:port that the server listens on.
	Addr string

	mu       sync.Mutex
	conns    map[net.Conn]bool
	peak     int      // of open connections
	accepted int      // connections
	commands []string // first lines
}

// A Conn is the server's end of a connection.
type Conn struct {
	net.Conn
	Server *Fake
	r      *bufio.Reader
}

// StartFake runs a server that serves each connection with serve, and closes
// it when that returns.
func StartFake(t testing.TB, serve func(*Conn)) *Fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &Fake{Addr: l.Addr().String(), conns: make(map[net.Conn]bool)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.opened(conn)
			running.Go(func() {
				defer f.ended(conn)
				serve(&Conn{conn, f, bufio.NewReader(conn)})
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		f.mu.Lock()
		for conn := range f.conns {
			conn.Close()
		}
		f.mu.Unlock()
		running.Wait()
	})
	return f
}

func (f *Fake) opened(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns[conn] = true
	f.accepted++
	f.peak = max(f.peak, len(f.conns))
}

func (f *Fake) ended(conn net.Conn) {
	conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// Counts returns how many connections are open, were open at once, and were
// made.
func (f *Fake) Counts() (open, peak, accepted int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.conns), f.peak, f.accepted
}

// Seen returns the commands that begin with verb.
func (f *Fake) Seen(verb string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var seen []string
	for _, command := range f.commands {
		if strings.HasPrefix(command, verb) {
			seen = append(seen, command)
		}
	}
	return seen
}

// Command reads a command with its data and returns its words, or nil at the
// end of the connection.
func (c *Conn) Command() []string {
	line, err := c.r.ReadString('\n')
	if err != nil {
		return nil
	}
	line = strings.TrimSuffix(line, "\r\n")
	words := strings.Fields(line)
	if words[0] == "add" || words[0] == "cas" {
		size, err := strconv.Atoi(words[4])
		if err != nil {
			return nil
		}
		if _, err := io.CopyN(io.Discard, c.r, int64(size)+2); err != nil {
			return nil
		}
	}
	c.Server.mu.Lock()
	defer c.Server.mu.Unlock()
	c.Server.commands = append(c.Server.commands, line)
	return words
}

// Answer sends s.
func (c *Conn) Answer(s string) { _, _ = io.WriteString(c, s) }

// Hang waits until the client closes the connection.
func (c *Conn) Hang() { _, _ = io.Copy(io.Discard, c.r) }

// Empty serves like a memcached that keeps nothing.
func Empty(c *Conn) {
	for words := c.Command(); words != nil; words = c.Command() {
		c.Answer(map[string]string{
			"gets": "END\r\n", "add": "STORED\r\n", "cas": "NOT_FOUND\r\n", "delete": "NOT_FOUND\r\n",
		}[words[0]])
	}
}

// WaitFor returns when the condition holds.
func WaitFor(t testing.TB, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("waited in vain")
			return
		}
	}
}
