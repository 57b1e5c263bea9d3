package runtime

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	defaultTimeout  = 2 * time.Second
	defaultMaxConns = 128

	// defaultMaxValueSize is what a memcached with default options (-I 1m)
	// takes under any key: of the 1 MiB, an item's header, version, flags,
	// longest key and line end need 313 bytes in version 1.6.
	defaultMaxValueSize = 1<<20 - 512
)

// Memcache is a [Store] on memcached servers. Every process of a site must
// give them the same names, in any order: a session is on the server that its
// id and the names choose, and on no other. While that server is down its
// sessions are unavailable; the others are not concerned.
//
// Set the fields before the first use.
type Memcache struct {
	// Timeout bounds each call as a whole, from waiting for a connection to
	// the last byte of the answers; a nearer deadline of the context counts
	// instead. Default: 2 seconds, in which a lost packet is sent again (that
	// of a new connection after 1 second), and which a visitor can wait.
	Timeout time.Duration

	// MaxConns bounds the connections to each server, busy and idle ones
	// together. A call needs one, and waits if all are busy. Default: 128, an
	// eighth of what a memcached with default options takes from all its
	// clients. An idle connection holds up to 32 KiB of memory.
	MaxConns int

	// Plain makes the calls gomemcache's own: a GetMulti for a Get, and for
	// each item that is written a call of its own, on a connection of its own.
	// By default all commands of a call go over one connection in one piece,
	// under a Get of gomemcache's: that takes less time, and fewer connections.
	// Plain is there to find out whether a fault has to do with it.
	Plain bool

	servers  rendezvous
	err      error // from NewMemcache
	start    sync.Once
	unusable error // from start
}

// NewMemcache returns a store on the servers with these addresses: host:port,
// host (the port is 11211 then), [ipv6]:port, or the path of a unix socket,
// which has a slash in it. No connection is made yet. NewManager reports an
// address that is wrong; so does, wrapped in [ErrUnavailable], every call.
func NewMemcache(servers ...string) *Memcache {
	m := new(Memcache)
	m.servers, m.err = newRendezvous(servers)
	return m
}

// Close closes the connections: idle ones at once, busy ones as soon as their
// calls end. Calls that come later fail with [ErrUnavailable].
func (m *Memcache) Close() error {
	for _, s := range m.servers {
		s.close()
	}
	return nil
}

// Get implements [Store].
func (m *Memcache) Get(ctx context.Context, keys []string) (map[string]Item, error) {
	return getItems(keys, func(q kv.Query, found []kv.Found) error { return m.fill(ctx, q, found) })
}

func (m *Memcache) fill(ctx context.Context, q kv.Query, found []kv.Found) error {
	s, err := m.pick(ctx, q.Session)
	if err != nil {
		return err
	}
	u := &lookup{q, found}
	call := u.carry
	if m.Plain {
		call = u.plain
	}
	return s.read(m.limit(ctx), call)
}

// Add implements [Store].
func (m *Memcache) Add(ctx context.Context, items []Item) []error {
	return m.change(ctx, verbAdd, items)
}

// Swap implements [Store].
func (m *Memcache) Swap(ctx context.Context, items []Item) []error {
	return m.change(ctx, verbSwap, items)
}

// Delete implements [Store].
func (m *Memcache) Delete(ctx context.Context, keys []string) []error {
	return m.change(ctx, verbDelete, newItems(keys))
}

func (m *Memcache) change(ctx context.Context, v verb, items []Item) []error {
	if len(items) == 0 {
		return nil
	}
	s, err := m.pick(ctx, items[0].Key)
	if err != nil {
		return slices.Repeat([]error{err}, len(items))
	}
	c, errs := newChanges(v, items)
	do := c.carry
	if m.Plain {
		do = c.plain
	}
	if len(c.commands) > 0 {
		do(s, m.limit(ctx))
	}
	for _, command := range c.commands {
		errs[command.at] = command.err
	}
	return errs
}

// pick returns the server of the session that key belongs to, unless ctx is
// done already.
func (m *Memcache) pick(ctx context.Context, key string) (*server, error) {
	m.start.Do(m.open)
	if m.unusable != nil {
		return nil, unavailable(m.unusable)
	}
	if err := ctx.Err(); err != nil {
		return nil, unavailable(err)
	}
	return m.servers.pick(key), nil
}

// open makes the store ready for its first use, when the fields are set.
func (m *Memcache) open() {
	if m.unusable = m.validate(); m.unusable != nil {
		return
	}
	for _, s := range m.servers {
		s.slots = make(chan struct{}, cmp.Or(m.MaxConns, defaultMaxConns))
	}
}

// validate returns what makes the store unusable, if anything does.
func (m *Memcache) validate() error {
	switch {
	case m.err != nil:
		return m.err
	case len(m.servers) == 0:
		return errors.New("NewMemcache needs the address of a server")
	case m.Timeout < 0:
		return errors.New("Memcache.Timeout is negative")
	case m.MaxConns < 0:
		return errors.New("Memcache.MaxConns is negative")
	}
	return nil
}
