package memcached

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

var errClosed = errors.New("closed by Close")

// A server is one memcached and the connections to it. For gomemcache it is the
// address that a lane's client has, and a selector that knows no other address.
type server struct {
	Address
	hash uint64 // of the address

	// slots holds a token for each call, with a connection or still without
	// one. A call that ends leaves its connection idle before it gives the
	// token back. When a call turns to dialling, no connection is idle, or its
	// own one has broken. So there are never more connections than slots, even
	// if others become idle before it has dialled.
	slots chan struct{}

	// surprised is called with what the carrier did not expect of gomemcache.
	surprised func(error)

	// front is what gomemcache gets for a lane's connection: the lane, unless a
	// test puts another gomemcache in place of this one.
	front func(*lane) net.Conn

	watch watch // of the calls whose contexts may end

	dialer Dialer

	// idleFor is how long a lane may be idle, give or take as much again, and
	// timeout that of calls.
	idleFor, timeout time.Duration

	mu      sync.Mutex
	idle    []*lane // the lane used last is the last
	reaping bool    // a timer will look for lanes that have been idle for too long
	crowd   crowd   // has calls that wait only while no lane is idle
	closed  bool
}

func newServer(a Address, o Options, surprised func(error)) *server {
	return &server{
		Address:   a,
		hash:      fnv1a(a.address),
		surprised: surprised,
		dialer:    o.Dialer.to(a),
		idleFor:   o.IdleFor,
		timeout:   o.Timeout,
		front:     func(l *lane) net.Conn { return l },
		slots:     make(chan struct{}, o.MaxConns),
	}
}

func (s *server) Network() string                     { return s.network }
func (s *server) String() string                      { return s.address }
func (s *server) PickServer(string) (net.Addr, error) { return s, nil }
func (s *server) Each(do func(net.Addr) error) error  { return do(s) }

// read does call, and once more if the connection was an idle one that turned
// out to be stale.
func (s *server) read(end limit, call func(*lane) error) error {
	return s.do(end, call, true)
}

// write does call once at most.
func (s *server) write(end limit, call func(*lane) error) error {
	return s.do(end, call, false)
}

func (s *server) do(end limit, call func(*lane) error, repeatable bool) error {
	if err := s.enter(end); err != nil {
		return s.failure(end, err)
	}
	defer func() { <-s.slots }()
	for {
		l, err := s.take(end)
		if err != nil {
			return s.failure(end, err)
		}
		reused := l.reused
		switch err = s.use(end, l, call); {
		case err == errClosedUnused:
			continue
		case !reused && errors.Is(err, errFull): // it has read nothing
			s.refused()
			continue
		case !reused || !isBroken(err):
			return s.failure(end, err)
		}
		reached := end.reached(err)
		if reached == nil || end.own() {
			s.drop() // the other idle ones are likely to be stale, too: the server has moved, or restarted
		}
		if !repeatable || reached != nil {
			return s.failure(end, err)
		}
		repeatable = false
	}
}

// enter takes a slot. It needs a timer only if no slot is free.
func (s *server) enter(end limit) error {
	select {
	case s.slots <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := end.context()
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("all %d connections are busy: %w", cap(s.slots), ctx.Err())
	}
}

func (s *server) use(end limit, l *lane, call func(*lane) error) error {
	err := l.use(end, call)
	if isBroken(err) && !l.reused {
		err = silentError{err}
	}
	if _, wrong := errors.AsType[answerError](err); wrong {
		_ = l.Close() // nothing that comes after a wrong answer can be trusted
	}
	if !l.closed.Load() {
		s.keep(l)
	}
	return err
}

// take returns an idle lane whose connection the server has not closed, or a
// new one. If the server has no connection left for this client, it waits for one
// of those that others use.
func (s *server) take(end limit) (*lane, error) {
	for {
		l, w, err := s.pop()
		if err != nil {
			return nil, err
		}
		if w != nil {
			if l, err = s.wait(end, w); err != nil {
				return nil, err
			}
		}
		switch {
		case l == nil:
			l, err := s.dial(end)
			if !errors.Is(err, errFull) {
				return l, err
			}
			s.refused()
		case !l.closed.Load() && l.alive():
			return l, nil
		default:
			_ = l.Close()
		}
	}
}

// refused notes that the server has just refused a connection.
func (s *server) refused() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crowd.refused(time.Now())
}

func (s *server) dial(end limit) (*lane, error) {
	ctx, cancel := end.context()
	defer cancel()
	conn, err := s.dialer.dial(ctx, s.Address)
	if err != nil {
		return nil, dialError{err}
	}
	l := newLane(s, conn)
	l.message.apart = mayBeTLS(conn)
	l.alive = newProbe(conn)
	return l, nil
}
