package memcached

import (
	"context"
	"slices"
	"time"
)

// How long a server that has refused a connection is not asked for another one:
// at first, and at most.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// A crowd is what a server keeps of its calls when it has refused a connection,
// because it has as many as it takes. They wait for a connection that another call
// is done with; the one that waits longest gets it. From time to time one of them
// asks for a new connection, because clients elsewhere may have closed theirs.
type crowd struct {
	waiting []*waiter
	pause   time.Duration // 0: the server takes all connections
	until   time.Time     // no connection is asked for before
}

// A waiter is a call that waits for a connection.
type waiter struct {
	given chan *lane // has room for one; closed when the server is closed
}

// refused notes that the server has just refused a connection.
func (c *crowd) refused(now time.Time) {
	c.pause = min(max(2*c.pause, firstPause), longestPause)
	c.until = now.Add(c.pause)
}

// taken notes that the server has taken a connection.
func (c *crowd) taken() { c.pause, c.until = 0, time.Time{} }

// mayDial tells whether a call may ask for a connection now. While the server
// refuses them, no other call may do so until the pause is over again.
func (c *crowd) mayDial(now time.Time) bool {
	if c.pause == 0 {
		return true
	}
	if now.Before(c.until) {
		return false
	}
	c.until = now.Add(c.pause)
	return true
}

// give gives l to the call that waits longest, if there is one.
func (c *crowd) give(l *lane) bool {
	if len(c.waiting) == 0 {
		return false
	}
	first := c.waiting[0]
	c.waiting = slices.Delete(c.waiting, 0, 1)
	first.given <- l
	return true
}

// leave takes w out of the crowd. It returns the lane that w was given meanwhile,
// if there is one.
func (c *crowd) leave(w *waiter) *lane {
	if at := slices.Index(c.waiting, w); at >= 0 {
		c.waiting = slices.Delete(c.waiting, at, at+1)
		return nil
	}
	return <-w.given
}

// disperse makes all calls that wait fail.
func (c *crowd) disperse() {
	for _, w := range c.waiting {
		close(w.given)
	}
	c.waiting = nil
}

// wait returns a lane that another call is done with, or nil if it is w's turn to
// ask for a new connection. w is in the crowd, and is not any more afterwards.
func (s *server) wait(end limit, w *waiter) (*lane, error) {
	ctx, cancel := end.context()
	defer cancel()
	for {
		s.mu.Lock()
		due := time.Until(s.crowd.until)
		s.mu.Unlock()
		timer := time.NewTimer(due)
		select {
		case l, ok := <-w.given:
			timer.Stop()
			if !ok {
				return nil, errClosed
			}
			return l, nil
		case <-timer.C:
			if s.turn(w) {
				return nil, nil
			}
		case <-ctx.Done():
			timer.Stop()
			return nil, s.giveUp(ctx, w)
		}
	}
}

// turn tells whether it is w's turn to ask for a new connection, and takes it out of
// the crowd then. If w has been given a lane, that waits for it.
func (s *server) turn(w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.crowd.waiting, w) || !s.crowd.mayDial(time.Now()) {
		return false
	}
	s.crowd.leave(w)
	return true
}

// giveUp takes w out of the crowd, and returns the error of its call.
func (s *server) giveUp(ctx context.Context, w *waiter) error {
	s.mu.Lock()
	l := s.crowd.leave(w)
	s.mu.Unlock()
	if l != nil {
		s.keep(l)
	}
	return fullError{ctx.Err()}
}

// A fullError is the error of a call that has waited in vain.
type fullError struct{ ended error }

func (e fullError) Error() string   { return errFull.Error() + ": " + e.ended.Error() }
func (e fullError) Unwrap() []error { return []error{errFull, e.ended} }
