package memcached

import (
	"bufio"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// A lane is one connection, and a gomemcache client that has no other
// connection. It serves one call at a time, so that the limit of the call can
// be the connection's: gomemcache itself knows no context, and starts its
// time-out again at each item of an answer.
//
// The lane is the net.Conn that its client uses. While it carries an exchange,
// it speaks to the server in the client's place.
type lane struct {
	net.Conn
	server *server
	client *memcache.Client
	alive  func() bool // tells, while the lane is idle, whether it is fit for use
	reused bool        // has served a call before
	closed atomic.Bool

	riding  sync.Mutex // held for the ride
	ride    ride
	message message
	answers *bufio.Reader
}

func newLane(s *server, conn net.Conn) *lane {
	l := &lane{Conn: conn, server: s, client: memcache.NewFromSelector(s), answers: bufio.NewReaderSize(conn, answersBuffer)}
	l.client.DialContext = func(context.Context, string, string) (net.Conn, error) { return s.front(l), nil }
	return l
}

// use runs do, which ends when the limit is reached. Afterwards the lane is
// closed if the state of the connection is not known.
func (l *lane) use(end limit, do func(*lane) error) error {
	_ = l.Conn.SetDeadline(end.deadline) // if it fails, reads and writes fail, too
	if end.ctx.Done() == nil {
		return do(l)
	}
	interrupt := context.AfterFunc(end.ctx, func() { _ = l.Conn.SetDeadline(time.Unix(1, 0)) })
	err := do(l)
	if !interrupt() {
		// The interruption may be yet to come, and must not hit the next call.
		_ = l.Close()
	}
	return err
}

// SetDeadline does nothing: gomemcache would extend the call's deadline.
func (l *lane) SetDeadline(time.Time) error { return nil }

// Close is called by gomemcache after all errors except those that are a proper
// answer of the server.
func (l *lane) Close() error {
	l.closed.Store(true)
	return l.Conn.Close()
}
