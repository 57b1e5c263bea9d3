package runtime

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// fakeServer is a memcached that answers as a test wants it to.
type fakeServer struct {
	address string

	mu       sync.Mutex
	conns    map[net.Conn]bool
	peak     int      // of open connections
	accepted int      // connections
	commands []string // first lines
}

// fakeConn is the server's end of a connection.
type fakeConn struct {
	net.Conn
	server *fakeServer
	r      *bufio.Reader
}

// startFake runs a server that serves each connection with serve, and closes
// it when that returns.
func startFake(t testing.TB, serve func(*fakeConn)) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeServer{address: l.Addr().String(), conns: make(map[net.Conn]bool)}
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
				serve(&fakeConn{conn, f, bufio.NewReader(conn)})
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

func (f *fakeServer) opened(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns[conn] = true
	f.accepted++
	f.peak = max(f.peak, len(f.conns))
}

func (f *fakeServer) ended(conn net.Conn) {
	conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, conn)
}

// counts returns how many connections are open, were open at once, and were
// made.
func (f *fakeServer) counts() (open, peak, accepted int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.conns), f.peak, f.accepted
}

// seen returns the commands that begin with verb.
func (f *fakeServer) seen(verb string) []string {
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

// command reads a command with its data and returns its words, or nil at the
// end of the connection.
func (c *fakeConn) command() []string {
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
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.commands = append(c.server.commands, line)
	return words
}

func (c *fakeConn) answer(s string) { _, _ = io.WriteString(c, s) }

// hang waits until the client closes the connection.
func (c *fakeConn) hang() { _, _ = io.Copy(io.Discard, c.r) }

// empty serves like a memcached that keeps nothing.
func empty(c *fakeConn) {
	for words := c.command(); words != nil; words = c.command() {
		c.answer(map[string]string{
			"gets": "END\r\n", "add": "STORED\r\n", "cas": "NOT_FOUND\r\n", "delete": "NOT_FOUND\r\n",
		}[words[0]])
	}
}

// callsOf returns the calls of a store with the items, as functions that
// return their first error.
func callsOf(t *testing.T, store Store, items []Item) map[string]func() error {
	t.Helper()
	ctx := t.Context()
	return map[string]func() error{
		"Get":    func() error { _, err := store.Get(ctx, itemKeys(items)); return err },
		"Add":    func() error { return errors.Join(store.Add(ctx, items)...) },
		"Swap":   func() error { return errors.Join(store.Swap(ctx, items)...) },
		"Delete": func() error { return errors.Join(store.Delete(ctx, itemKeys(items))...) },
	}
}
