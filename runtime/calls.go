package runtime

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// An Op is what a call asks of the [Store].
type Op string

// The operations, which are the methods of [Store].
const (
	OpGet    Op = "get"
	OpAdd    Op = "add"
	OpSwap   Op = "swap"
	OpDelete Op = "delete"
)

// A Call is one call of the [Store], as [Config].OnCall gets it. It names neither
// a key nor a session.
type Call struct {
	// Op is the method of the Store.
	Op Op

	// Keys is how many keys or items the call has: 1 or more.
	Keys int

	// Namespace is that of the Config, or its default.
	Namespace string

	// Server is the address of the server that the call goes to: host:port, or the
	// path of a unix socket. It is empty unless the Store is a [*Memcache], or
	// embeds one, and until the first list of Memcache.Servers has come.
	Server string
}

// ops are the operations, by their [opIndex].
var ops = [...]Op{OpGet, OpAdd, OpSwap, OpDelete}

// An opIndex is the index of an [Op] in ops.
type opIndex uint8

const (
	getOp opIndex = iota
	addOp
	swapOp
	deleteOp
)

// calls is the one way to the store: it counts and times what is asked of it, and
// shows it to [Config.OnCall].
type calls struct {
	store     Store
	namespace string
	on        func(context.Context, Call) (context.Context, func(error)) // nil for none
	serverOf  func(ctx context.Context, key string) string               // nil if the store does not tell

	began     time.Time // what the clock readings count from
	conflicts atomic.Uint64
	counts    [len(ops)]callCounts
}

// callCounts are the figures of one operation.
type callCounts struct {
	latency          latency
	failed, canceled atomic.Uint64
}

// init prepares the calls for a configuration that is complete.
func (c *calls) init(config *Config) {
	c.store, c.namespace, c.on = config.Store, config.Namespace, config.OnCall
	if store, ok := config.Store.(interface {
		serverOf(ctx context.Context, key string) string
	}); ok {
		c.serverOf = store.serverOf
	}
	c.began = time.Now()
}

// fill sets each element of found to what the store holds under the key at the same
// index of the query.
func (c *calls) fill(ctx context.Context, q kv.Query, found []kv.Found) error {
	ctx, call := c.begin(ctx, getOp, q.Session, q.Len())
	err := fill(ctx, c.store, q, found)
	c.end(call, err)
	return err
}

// add is [Store].Add. No items are no call.
func (c *calls) add(ctx context.Context, items []Item) []error {
	if len(items) == 0 {
		return nil
	}
	ctx, call := c.begin(ctx, addOp, items[0].Key, len(items))
	errs := c.store.Add(ctx, items)
	c.end(call, c.failure(errs))
	return errs
}

// swap is [Store].Swap. No items are no call.
func (c *calls) swap(ctx context.Context, items []Item) []error {
	if len(items) == 0 {
		return nil
	}
	ctx, call := c.begin(ctx, swapOp, items[0].Key, len(items))
	errs := c.store.Swap(ctx, items)
	c.end(call, c.failure(errs))
	return errs
}

// delete is [Store].Delete. No keys are no call.
func (c *calls) delete(ctx context.Context, keys []string) []error {
	if len(keys) == 0 {
		return nil
	}
	ctx, call := c.begin(ctx, deleteOp, keys[0], len(keys))
	errs := c.store.Delete(ctx, keys)
	c.end(call, c.failure(errs))
	return errs
}

// underway is a call that has begun.
type underway struct {
	op    opIndex
	began time.Duration
	done  func(error) // nil for none
}

// begin begins a call. It returns the context that the call is to be made with.
// Since takes less time than Now, which reads two clocks.
func (c *calls) begin(ctx context.Context, o opIndex, key string, keys int) (context.Context, underway) {
	var done func(error)
	if c.on != nil {
		ctx, done = c.show(ctx, o, key, keys)
	}
	return ctx, underway{o, time.Since(c.began), done}
}

// show shows a call to OnCall.
func (c *calls) show(ctx context.Context, o opIndex, key string, keys int) (context.Context, func(error)) {
	call := Call{Op: ops[o], Keys: keys, Namespace: c.namespace}
	if c.serverOf != nil {
		call.Server = c.serverOf(ctx, key)
	}
	within, done := c.on(ctx, call)
	if within == nil {
		within = ctx
	}
	return within, done
}

// end ends a call. err is what it has failed with, nil if the store has answered.
func (c *calls) end(call underway, err error) {
	counts := &c.counts[call.op]
	counts.latency.add(time.Since(c.began) - call.began)
	if err != nil {
		switch {
		case errors.Is(err, ErrTooLarge):
		case errors.Is(err, context.Canceled):
			counts.canceled.Add(1)
		default:
			counts.failed.Add(1)
		}
	}
	if call.done == nil {
		return
	}
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = unavailable(err)
	}
	call.done(err)
}

// failure returns the first of the errors that is no answer: one that neither says
// ErrExists nor ErrNotFound. It counts those that say ErrExists.
func (c *calls) failure(errs []error) error {
	var failure error
	for _, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, ErrExists):
			c.conflicts.Add(1)
		case failure == nil && !errors.Is(err, ErrNotFound):
			failure = err
		}
	}
	return failure
}
