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
)

// The defaults of [Options].
const (
	defaultTimeout  = 2 * time.Second
	defaultMaxConns = 128
)

// Options say how a [Client] makes its calls.
type Options struct {
	Timeout  time.Duration // of a call as a whole; 0: 2 seconds
	MaxConns int           // to each server, busy and idle ones; 0: 128
	Plain    bool          // use gomemcache's own calls

	// FellBack, if not nil, is called once at most, with the reason why all
	// calls are plain from now on although Plain is not set. It may make calls.
	// A call that has ended waits for it.
	FellBack func(why error)
}

// A Client keeps connections to some servers. It is safe for use by several
// goroutines.
type Client struct {
	options Options
	plain   atomic.Bool           // true from the start, or from a surprise on
	untold  atomic.Pointer[error] // the surprise that FellBack is to be told of
	servers rendezvous
}

// NewClient returns a client of the servers. There must be at least one. No
// connection is made yet.
func NewClient(servers []Address, o Options) *Client {
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	o.MaxConns = cmp.Or(o.MaxConns, defaultMaxConns)
	c := &Client{options: o}
	c.plain.Store(o.Plain)
	for _, a := range servers {
		c.servers = append(c.servers, newServer(a, o.MaxConns, c.fallBack))
	}
	return c
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
	u, s, end := &lookup{q, found}, c.servers.pick(q.Session), c.limit(ctx)
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
		for i := range commands {
			commands[i].Outcome, commands[i].Err = Unknown, err
		}
		return
	}
	batch := &changes{v, commands}
	if batch.check(time.Now()) == 0 {
		return
	}
	defer c.tell()
	s, end := c.servers.pick(commands[0].Key), c.limit(ctx)
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

// Server returns the address of the server that the key of a session, or of an
// account, is on.
func (c *Client) Server(key string) string { return c.servers.pick(key).address }

// Close closes the connections: idle ones at once, busy ones as soon as their
// calls end. Calls that come later fail.
func (c *Client) Close() {
	for _, s := range c.servers {
		s.close()
	}
}
