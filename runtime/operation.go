package runtime

import (
	"context"
	"sync"
	"time"
)

// longestOperation bounds every operation on a session, whatever the caller's
// context allows.
const longestOperation = 20 * time.Second

// An operation is the context of one operation on a session: the caller's, with
// a deadline of its own. Most operations need no timer, because their store
// never waits or bounds its calls by the deadline's time; so there is none until
// somebody asks for a channel to wait on.
type operation struct {
	context.Context // the caller's
	deadline        time.Time

	mu     sync.Mutex
	ended  bool
	timed  context.Context // with a timer; nil until somebody waits
	cancel context.CancelFunc
}

// operate returns the context of an operation that begins now. The operation's
// end must be told.
func operate(ctx context.Context) *operation {
	o := new(operation)
	o.begin(ctx)
	return o
}

func (o *operation) begin(ctx context.Context) {
	o.Context = ctx
	o.deadline = time.Now().Add(longestOperation)
	if d, ok := ctx.Deadline(); ok {
		o.deadline = earlier(d, o.deadline)
	}
}

// end ends the operation and whatever still waits in it.
func (o *operation) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	if o.cancel != nil {
		o.cancel()
	}
}

// Deadline implements [context.Context].
func (o *operation) Deadline() (time.Time, bool) { return o.deadline, true }

// Done implements [context.Context].
func (o *operation) Done() <-chan struct{} { return o.wait().Done() }

// Err implements [context.Context].
func (o *operation) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.timed != nil:
		return o.timed.Err()
	case o.ended:
		return context.Canceled
	case o.Context.Err() != nil:
		return o.Context.Err()
	case !time.Now().Before(o.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

// Value implements [context.Context]. Contexts that are derived from this one
// ask it for the one with the timer, so that they need no goroutine to wait.
func (o *operation) Value(key any) any {
	o.mu.Lock()
	ctx := o.timed
	o.mu.Unlock()
	if ctx == nil {
		ctx = o.Context
	}
	return ctx.Value(key)
}

func (o *operation) wait() context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timed == nil {
		o.timed, o.cancel = context.WithDeadline(o.Context, o.deadline)
		if o.ended {
			o.cancel()
		}
	}
	return o.timed
}
