// Package operation bounds several calls by one deadline, from the first call to
// the last, however many calls there are.
//
// The package knows nothing of sessions and stores. An [Operation] is a
// context, and all that it adds to the caller's context is the deadline, which
// takes no timer until somebody waits.
package operation

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Longest bounds every operation, from its first call to the store on, whatever
// the caller's context allows.
const Longest = 20 * time.Second

// An Operation is the context of one operation: the caller's context, with a
// deadline of its own. The deadline is [Longest] after the first time that
// somebody asks for it or for the error, or the caller's deadline if that is
// earlier. Most operations need no timer, because their store never waits, or
// bounds its calls by the time of the deadline. So there is no timer until
// somebody asks for a channel to wait on.
type Operation struct {
	context.Context // the caller's

	mu       sync.Mutex
	deadline time.Time // zero until somebody asks for it or for the error
	err      error     // why the operation has ended, if it has; not used with a timer
	timed    *timed    // nil until somebody waits

	pins []pin  // see Pin
	room [1]pin // for the pins, of which there is seldom another
}

// A pin is what an owner has pinned to an operation.
type pin struct{ owner, value any }

// timed is a context with a timer.
type timed struct {
	context.Context
	cancel context.CancelFunc
}

// Begin returns the context of an operation, whose End must be called.
func Begin(ctx context.Context) *Operation { return &Operation{Context: ctx} }

// due returns the deadline. The first call sets it.
func (o *Operation) due(now time.Time) time.Time {
	if o.deadline.IsZero() {
		o.deadline = now.Add(Longest)
		if d, ok := o.Context.Deadline(); ok && d.Before(o.deadline) {
			o.deadline = d
		}
	}
	return o.deadline
}

// End ends the operation and whatever still waits in it.
func (o *Operation) End() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timed != nil {
		o.timed.cancel()
	} else if o.err == nil {
		o.err = context.Canceled
	}
}

// look returns the reason why the operation has ended, or nil if it has not.
func (o *Operation) look(now time.Time) error {
	switch {
	case o.timed != nil:
		return o.timed.Err()
	case o.err != nil:
	case o.Context.Err() != nil:
		o.err = o.Context.Err()
	case !now.Before(o.due(now)):
		o.err = context.DeadlineExceeded
	}
	return o.err
}

// Caller returns the context that an operation was begun with if ctx is an
// [Operation], and otherwise ctx. The caller's context goes on when the
// operation ends, and waiting for it takes no timer.
func Caller(ctx context.Context) context.Context {
	if o, ok := ctx.(*Operation); ok {
		return o.Context
	}
	return ctx
}

// Pin returns what owner has pinned to the operation; that is value, if it has not
// pinned anything before. Outside of an operation it is always value.
func (o *Operation) Pin(owner, value any) any {
	if o == nil {
		return value
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if pinned := o.pinned(owner); pinned != nil {
		return pinned
	}
	if o.pins == nil {
		o.pins = o.room[:0]
	}
	o.pins = append(o.pins, pin{owner, value})
	return value
}

// Pinned returns what owner has pinned to the operation, or nil.
func (o *Operation) Pinned(owner any) any {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pinned(owner)
}

func (o *Operation) pinned(owner any) any {
	for _, p := range o.pins {
		if p.owner == owner {
			return p.value
		}
	}
	return nil
}

// operationKey is the key of an operation among the values of its context.
type operationKey struct{}

// Of returns the operation that ctx is, or is made from, and nil if there is none.
func Of(ctx context.Context) *Operation {
	o, _ := ctx.Value(operationKey{}).(*Operation)
	return o
}

// String implements [fmt.Stringer], as the contexts of package context do.
func (o *Operation) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.deadline.IsZero() {
		return fmt.Sprintf("%v.WithTimeout(%v)", o.Context, Longest)
	}
	return fmt.Sprintf("%v.WithDeadline(%v)", o.Context, o.deadline)
}

// Deadline implements [context.Context].
func (o *Operation) Deadline() (time.Time, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.due(time.Now()), true
}

// Done implements [context.Context].
func (o *Operation) Done() <-chan struct{} { return o.wait().Done() }

// Err implements [context.Context].
func (o *Operation) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.look(time.Now())
}

// ErrAt is ctx.Err() for a caller that has read the clock already. Reading the
// clock takes a good part of the time that a store in memory needs.
func ErrAt(ctx context.Context, now time.Time) error {
	o, ok := ctx.(*Operation)
	if !ok {
		return ctx.Err()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.look(now)
}

// Value implements [context.Context]. A context that is derived from this one
// finds the context with the timer by a value, so that it needs no goroutine to
// wait.
func (o *Operation) Value(key any) any {
	if key == (operationKey{}) {
		return o
	}
	o.mu.Lock()
	ctx := o.Context
	if o.timed != nil {
		ctx = o.timed
	}
	o.mu.Unlock()
	return ctx.Value(key)
}

func (o *Operation) wait() context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timed != nil {
		return o.timed
	}
	t := new(timed)
	switch ended := o.look(time.Now()); ended {
	case nil:
		t.Context, t.cancel = context.WithDeadline(o.Context, o.deadline)
	case context.DeadlineExceeded:
		t.Context, t.cancel = context.WithDeadline(context.WithoutCancel(o.Context), time.Time{})
	default:
		t.Context, t.cancel = context.WithCancel(context.WithoutCancel(o.Context))
		t.cancel()
	}
	o.timed = t
	return t
}
