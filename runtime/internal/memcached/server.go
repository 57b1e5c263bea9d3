package memcached

import (
	"errors"
	"fmt"
	"net"
	"sync"
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

	mu     sync.Mutex
	idle   []*lane // the lane used last is the last
	closed bool
}

func newServer(a Address, maxConns int, surprised func(error)) *server {
	return &server{
		Address:   a,
		hash:      fnv1a(a.address),
		surprised: surprised,
		front:     func(l *lane) net.Conn { return l },
		slots:     make(chan struct{}, maxConns),
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
	var l *lane
	var reused bool
	err := errClosedUnused
	for err == errClosedUnused {
		if l, err = s.take(end); err != nil {
			return s.failure(end, err)
		}
		reused = l.reused
		err = s.use(end, l, call)
	}
	if reused && isBroken(err) && end.reached(err) == nil {
		s.drop() // the other idle ones are likely to be stale, too
		if repeatable {
			if l, err = s.dial(end); err == nil {
				err = s.use(end, l, call)
			}
		}
	}
	return s.failure(end, err)
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
	if _, wrong := errors.AsType[answerError](err); wrong {
		_ = l.Close() // nothing that comes after a wrong answer can be trusted
	}
	if !l.closed.Load() {
		s.keep(l)
	}
	return err
}

// take returns an idle lane whose connection the server has not closed, or a
// new one.
func (s *server) take(end limit) (*lane, error) {
	for {
		l, err := s.pop()
		if err != nil {
			return nil, err
		}
		if l == nil {
			return s.dial(end)
		}
		if !l.closed.Load() && l.alive() {
			return l, nil
		}
		_ = l.Close()
	}
}

// pop returns the idle lane that was used last, or nil.
func (s *server) pop() (*lane, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if len(s.idle) == 0 {
		return nil, nil
	}
	last := len(s.idle) - 1
	l := s.idle[last]
	s.idle[last] = nil
	s.idle = s.idle[:last]
	return l, nil
}

func (s *server) dial(end limit) (*lane, error) {
	ctx, cancel := end.context()
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return nil, err
	}
	l := newLane(s, conn)
	l.alive = newProbe(conn)
	return l, nil
}

// keep makes l idle.
func (s *server) keep(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = l.Close()
		return
	}
	l.reused = true
	s.idle = append(s.idle, l)
}

// drop closes the idle lanes.
func (s *server) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.idle {
		_ = l.Close()
	}
	s.idle = nil
}

// close closes the idle lanes now and the others when their calls end.
func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.drop()
}
