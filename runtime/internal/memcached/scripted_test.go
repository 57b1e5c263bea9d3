package memcached_test

import (
	"bytes"
	"io"
	"net"
	"strings"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// A scriptedConn is a connection on which the answers have come already. It
// counts the system calls that it would have cost.
type scriptedConn struct {
	net.Conn      // nil
	answers       io.Reader
	sent          bytes.Buffer
	writes, reads int
}

func (c *scriptedConn) Write(p []byte) (int, error) {
	c.writes++
	return c.sent.Write(p)
}

func (c *scriptedConn) Read(p []byte) (int, error) {
	c.reads++
	return c.answers.Read(p)
}

func (c *scriptedConn) Close() error { return nil }

// scriptedLane returns a lane on a connection with these answers.
func scriptedLane(answers string) (*memcached.Lane, *scriptedConn) {
	conn := &scriptedConn{answers: strings.NewReader(answers)}
	return memcached.NewLane(conn), conn
}
