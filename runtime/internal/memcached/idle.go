package memcached

import (
	"slices"
	"time"
)

// pop returns the idle lane that was used last. If there is none, it returns a
// place in the crowd, or nothing at all if the call may make a connection.
func (s *server) pop() (*lane, *waiter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, errClosed
	}
	if len(s.idle) == 0 {
		if s.crowd.pause == 0 || s.crowd.mayDial(time.Now()) { // most servers refuse nothing, and need no clock
			return nil, nil, nil
		}
		w := &waiter{make(chan *lane, 1)}
		s.crowd.waiting = append(s.crowd.waiting, w)
		return nil, w, nil
	}
	last := len(s.idle) - 1
	l := s.idle[last]
	s.idle[last] = nil
	s.idle = s.idle[:last]
	return l, nil, nil
}

// keep gives l to a call that waits for it, or makes it idle.
func (s *server) keep(l *lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = l.Close()
		return
	}
	if !l.reused {
		l.reused = true
		s.crowd.taken()
	}
	if s.crowd.give(l) {
		return
	}
	s.idle = append(s.idle, l)
	if !s.reaping {
		s.reapLater()
	}
}

// reapLater makes reap be called in time. It takes a new timer each time, as watch
// does, and for the same reason.
func (s *server) reapLater() {
	s.reaping = true
	time.AfterFunc(s.idleFor, s.reap)
}

// reap closes the lanes that have been idle for long, so that memcached has their
// connections for other clients: one that has as many as it takes refuses them. When
// a lane was used last, its deadline tells.
func (s *server) reap() {
	s.mu.Lock()
	used := 0 // the first lane that was used since
	for before := time.Now().Add(s.timeout - s.idleFor); used < len(s.idle) && s.idle[used].deadline.Before(before); {
		used++
	}
	old := slices.Clone(s.idle[:used])
	s.idle = slices.Delete(s.idle, 0, used)
	if s.reaping = false; len(s.idle) > 0 {
		s.reapLater()
	}
	s.mu.Unlock()
	closeAll(old)
}

// drop closes the idle lanes.
func (s *server) drop() {
	s.mu.Lock()
	idle := s.idle
	s.idle = nil
	s.mu.Unlock()
	closeAll(idle)
}

// closeAll closes lanes without a lock: over TLS, that sends a last word.
func closeAll(lanes []*lane) {
	for _, l := range lanes {
		_ = l.Close()
	}
}

// close closes the idle lanes now and the others when their calls end.
func (s *server) close() {
	s.mu.Lock()
	s.closed = true
	s.crowd.disperse()
	s.mu.Unlock()
	s.drop()
}
