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

	deadline time.Time // the connection's
	watched  watched   // the watch's

	riding  sync.Mutex // held for the ride and speaks
	ride    ride
	speaks  bool // the client has been let speak for itself, and may do so from then on
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
	if early := end.deadline.Sub(l.deadline); early < 0 || early > end.slack {
		l.deadline = end.deadline
		_ = l.Conn.SetDeadline(end.deadline) // if it fails, reads and writes fail, too
	}
	ended := end.ctx.Done()
	if ended == nil {
		return do(l)
	}
	l.server.watch.begin(l, ended)
	defer func() {
		if l.server.watch.end(l) {
			_ = l.Close() // its deadline is over
		}
	}()
	return do(l)
}

// speak lets the client speak to the server itself, and returns the client. That
// lasts, because a client that reads on a goroutine of its own may go on to read
// when its call is over. If such a client has had the lane closed meanwhile, the
// error is errClosedUnused.
func (l *lane) speak() (*memcache.Client, error) {
	l.riding.Lock()
	defer l.riding.Unlock()
	if l.closed.Load() {
		return nil, errClosedUnused
	}
	l.speaks = true
	return l.client, nil
}

// spoken tells whether the client speaks for itself: a goroutine of its own may
// be reading from the server, and could not be made to read an answer of a ride.
func (l *lane) spoken() bool {
	l.riding.Lock()
	defer l.riding.Unlock()
	return l.speaks
}

// stray is called, with riding locked, when the client reads or writes and no
// call lets it. A read that waited at the server could not be called back: the
// next ride would wait for a read that never comes.
func (l *lane) stray() error {
	_ = l.Close()
	l.server.surprised(errNoCall)
	return errNoCall
}

// SetDeadline does nothing: gomemcache would extend the call's deadline.
func (l *lane) SetDeadline(time.Time) error { return nil }

// Close is called by gomemcache after all errors except those that are a proper
// answer of the server.
func (l *lane) Close() error {
	l.closed.Store(true)
	return l.Conn.Close()
}
