package runtime

import (
	"context"
	"net"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// A lane is one connection and a gomemcache client that has no other. It
// serves one call at a time, so that the end of the call's context can
// interrupt it: gomemcache itself knows no context, and starts its time-out
// again at each item of an answer.
//
// The lane is the net.Conn that its client uses.
type lane struct {
	net.Conn
	client *memcache.Client
	reused bool // has served a call before
	closed bool
}

func newLane(s *server, conn net.Conn) *lane {
	l := &lane{Conn: conn, client: memcache.NewFromSelector(s)}
	l.client.DialContext = func(context.Context, string, string) (net.Conn, error) { return l, nil }
	return l
}

// use runs call, which the end of ctx interrupts. Afterwards the lane is closed
// if the state of the connection is not known.
func (l *lane) use(ctx context.Context, call func(*memcache.Client) error) error {
	interrupt := context.AfterFunc(ctx, func() { _ = l.Conn.SetDeadline(time.Unix(1, 0)) })
	err := call(l.client)
	if !interrupt() {
		// The interruption may be yet to come, and must not hit the next call.
		_ = l.Close()
	}
	return err
}

// SetDeadline does nothing: gomemcache would extend the call's deadline.
func (l *lane) SetDeadline(time.Time) error { return nil }

// Close is called by gomemcache after all errors but those that are a proper
// answer of the server.
func (l *lane) Close() error {
	l.closed = true
	return l.Conn.Close()
}
