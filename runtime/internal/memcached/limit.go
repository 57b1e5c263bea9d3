package memcached

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// A limit is when a call must end: at its deadline, or with its context. It is
// no context of its own, because each call would then take a timer; instead,
// the connection keeps the deadline.
type limit struct {
	ctx      context.Context
	deadline time.Time
	slack    time.Duration // how much before the deadline the connection may give up
}

// slackShare is the part of the time-out that a call may do without. Calls that
// come one soon after the other then leave the connection's deadline as it is:
// setting one takes two timers.
const slackShare = 200

// limit returns the limit of a call with ctx that begins now.
func (c *Client) limit(ctx context.Context) limit {
	end := time.Now().Add(c.options.Timeout)
	slack := c.options.Timeout / slackShare
	if nearer, ok := ctx.Deadline(); ok && nearer.Before(end) {
		end, slack = nearer, 0
	}
	return limit{operation.Caller(ctx), end, slack}
}

// context returns a context that ends at the limit.
func (l limit) context() (context.Context, context.CancelFunc) {
	return context.WithDeadline(l.ctx, l.deadline)
}

// own tells whether a call that reached the limit took as long as the client lets
// any call take, and its caller would have let it go on.
func (l limit) own() bool { return l.slack > 0 && l.ctx.Err() == nil }

// reached returns the context's error if a call that ended in err ended because
// of the limit, in one way or another, and nil if not. The connection, the
// dialer and the context have timers of their own, and each timer may be ahead
// of the others.
func (l limit) reached(err error) error {
	if ended := l.ctx.Err(); ended != nil {
		return ended
	}
	if !time.Now().Before(l.deadline) || errors.Is(err, os.ErrDeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return nil
}
