// Package memcached talks to memcached servers by gomemcache, and covers the
// edges of gomemcache. Each session is on one server. One deadline bounds each
// call as a whole, connections are bounded in number and used again, no write
// is sent twice, and no answer of a server is taken for more than it says.
//
// A call goes to one server and over one connection, in one piece: see the
// carrier. gomemcache has no call like that, so the bytes on the wire are this
// package's own, in message.go and answers.go. With [Options.Plain] the bytes
// are gomemcache's. They also are from the moment on that gomemcache does not
// do what the carrier expects. If a server sends more than an answer,
// gomemcache may take the rest for the answer to its next call: it reads ahead
// into a buffer that this package does not see.
//
// The package knows neither what the keys stand for nor what the values are,
// and no store: what became of a [Command] is an [Outcome], which the caller
// puts into its own words.
package memcached

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// The defaults of [Options].
const (
	defaultTimeout  = 2 * time.Second
	defaultMaxConns = 128
	defaultIdleFor  = time.Minute
)

// Options say how a [Client] makes its calls.
type Options struct {
	Timeout  time.Duration // of a call as a whole; 0: 2 seconds
	MaxConns int           // to each server, busy and idle ones; 0: 128
	IdleFor  time.Duration // how long a connection may be idle at least, and twice that at most; 0: 1 minute
	Plain    bool          // use gomemcache's own calls
	Dialer   Dialer        // makes the connections

	// FellBack, if not nil, is called once at most, with the reason why all
	// calls are plain from now on although Plain is not set. It may make calls.
	// A call that has ended waits for it.
	FellBack func(why error)

	// List, if not nil, returns the addresses of the servers, and is asked for them
	// again and again. Listed, if not nil, is told of each list that was adopted,
	// after the one before, and NotListed of each attempt that failed.
	List      func(context.Context) ([]string, error)
	ListEvery time.Duration // 0: 5 seconds; an attempt that failed is repeated a second later at most
	Listed    func(before, now []string)
	NotListed func(error)
}

// A Client keeps connections to some servers. It is safe for use by several
// goroutines.
type Client struct {
	options Options
	plain   atomic.Bool           // true from the start, or from a surprise on
	untold  atomic.Pointer[error] // the surprise that FellBack is to be told of
	fixed   rendezvous            // not used with an adopter
	adopter *adopter              // nil without Options.List
}

// NewClient returns a client of the servers, or of those that Options.List returns.
// There must be at least one, or a List. No connection is made yet.
func NewClient(servers []Address, o Options) *Client {
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.MaxConns = cmp.Or(o.MaxConns, defaultMaxConns)
	o.IdleFor = cmp.Or(o.IdleFor, defaultIdleFor)
	o.ListEvery = cmp.Or(o.ListEvery, askEvery)
	if o.Listed == nil {
		o.Listed = func(before, now []string) {}
	}
	if o.NotListed == nil {
		o.NotListed = func(error) {}
	}
	c := &Client{options: o}
	c.plain.Store(o.Plain)
	for _, a := range servers {
		c.fixed = append(c.fixed, newServer(a, o, c.fallBack))
	}
	if o.List != nil {
		c.adopter = newAdopter(c, o.List)
	}
	return c
}

// seat returns the seat of the session, or account, that key belongs to.
func (c *Client) seat(ctx context.Context, end limit, key string) (seat, error) {
	if c.adopter == nil {
		return seat{server: c.fixed.pick(key)}, nil
	}
	p, err := c.adopter.placement(ctx, end)
	if err != nil {
		return seat{}, err
	}
	return p.pick(key), nil
}

// Get sets each element of found to what the server holds under the key at the
// same index of the query. The keys must have been checked: see
// [kv.Query.Check]. They are read in their order. An error means that nothing
// is known of any key.
func (c *Client) Get(ctx context.Context, q kv.Query, found []kv.Found) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer c.tell()
	end := c.limit(ctx)
	at, err := c.seat(ctx, end, q.Session)
	if err != nil {
		return err
	}
	return c.lookup(at.server, end, &lookup{query: q, found: found, prefix: at.prefix})
}

func (c *Client) lookup(s *server, end limit, u *lookup) error {
	if !c.plain.Load() {
		if err := s.read(end, u.carry); !errors.Is(err, errNotCarried) {
			return err
		}
	}
	return s.read(end, u.plain)
}

// Do does v with all commands. Their keys must be of one session. The commands
// are independent of each other, and none is sent twice. Afterwards, each
// command tells what became of it.
func (c *Client) Do(ctx context.Context, v Verb, commands []Command) {
	if len(commands) == 0 {
		return
	}
	if err := ctx.Err(); err != nil {
		fail(commands, err)
		return
	}
	defer c.tell()
	end := c.limit(ctx)
	at, err := c.seat(ctx, end, commands[0].Key)
	if err != nil {
		fail(commands, err)
		return
	}
	c.change(at.server, end, &changes{verb: v, commands: commands, prefix: at.prefix})
}

// fail notes that nothing was sent.
func fail(commands []Command, err error) {
	for i := range commands {
		commands[i].Outcome, commands[i].Err = Unknown, err
	}
}

func (c *Client) change(s *server, end limit, batch *changes) {
	if batch.check(time.Now()) == 0 {
		return
	}
	if c.plain.Load() || !batch.carry(s, end) {
		batch.plain(s, end)
	}
}

// fallBack makes all calls plain from now on. It does not call FellBack itself:
// a call is under way, with a deadline and a connection that others may wait
// for.
func (c *Client) fallBack(why error) {
	if c.plain.CompareAndSwap(false, true) {
		c.untold.Store(&why)
	}
}

// tell calls FellBack if there is something to tell.
func (c *Client) tell() {
	if c.untold.Load() == nil {
		return
	}
	if why := c.untold.Swap(nil); why != nil && c.options.FellBack != nil {
		c.options.FellBack(*why)
	}
}

// Server returns the address of the server that has a key, for calls with ctx; empty
// if there is no list of servers yet.
func (c *Client) Server(ctx context.Context, key string) string {
	if c.adopter == nil {
		return c.fixed.pick(key).address
	}
	if p := c.adopter.at(operation.Of(ctx)); p != nil {
		return p.pick(key).address
	}
	return ""
}

// Close closes the connections: idle ones at once, busy ones as soon as their
// calls end. Calls that come later fail.
func (c *Client) Close() {
	for _, s := range c.fixed {
		s.close()
	}
	if c.adopter != nil {
		c.adopter.close()
	}
}
