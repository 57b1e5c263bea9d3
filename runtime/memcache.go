package runtime

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
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
	// together; calls that find all of them busy wait. Default: 128, an eighth
	// of what a memcached with default options takes from all its clients.
	MaxConns int

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
	if len(keys) == 0 {
		return map[string]Item{}, nil
	}
	for _, key := range keys {
		if err := checkKey(key, keys[0]); err != nil {
			return nil, err
		}
	}
	s, err := m.pick(ctx, keys[0])
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(m.Timeout, defaultTimeout))
	defer cancel()
	var items map[string]Item
	err = s.read(ctx, func(c *memcache.Client) (err error) {
		items, err = getMany(c, keys)
		return err
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// getMany reads the keys in their order, which GetMulti keeps for the keys of
// one server.
func getMany(c *memcache.Client, keys []string) (map[string]Item, error) {
	found, err := c.GetMulti(keys)
	if err != nil {
		return nil, err
	}
	items := make(map[string]Item, len(found))
	for _, key := range keys {
		if item := found[key]; item != nil {
			if item.CasID == 0 {
				return nil, errUnversioned
			}
			items[key] = Item{Key: key, Value: item.Value, Version: item.CasID}
		}
	}
	if len(items) != len(found) {
		return nil, errUnasked
	}
	return items, nil
}

// Add implements [Store].
func (m *Memcache) Add(ctx context.Context, items []Item) []error {
	return m.store(ctx, items, func(c *memcache.Client, item *memcache.Item) error {
		err := c.Add(item)
		if err == memcache.ErrNotStored {
			return ErrExists
		}
		return err
	})
}

// Swap implements [Store].
func (m *Memcache) Swap(ctx context.Context, items []Item) []error {
	return m.store(ctx, items, func(c *memcache.Client, item *memcache.Item) error {
		switch err := c.CompareAndSwap(item); err {
		case memcache.ErrCASConflict:
			return ErrExists
		case memcache.ErrCacheMiss, memcache.ErrNotStored:
			return ErrNotFound
		default:
			return err
		}
	})
}

func (m *Memcache) store(ctx context.Context, items []Item, put func(*memcache.Client, *memcache.Item) error) []error {
	key := func(i int) string { return items[i].Key }
	return m.each(ctx, len(items), key, func(ctx context.Context, s *server, i int) error {
		item := items[i]
		seconds, err := exptime(item.Expires, time.Now())
		if err != nil {
			return err
		}
		return s.write(ctx, func(c *memcache.Client) error {
			return put(c, &memcache.Item{Key: item.Key, Value: item.Value, Expiration: seconds, CasID: item.Version})
		})
	})
}

// Delete implements [Store].
func (m *Memcache) Delete(ctx context.Context, keys []string) []error {
	key := func(i int) string { return keys[i] }
	return m.each(ctx, len(keys), key, func(ctx context.Context, s *server, i int) error {
		return s.write(ctx, func(c *memcache.Client) error {
			err := c.Delete(keys[i])
			if err == memcache.ErrCacheMiss {
				return nil
			}
			return err
		})
	})
}

// each does n writes side by side, each on a connection of its own, so that
// they cost one round trip together.
func (m *Memcache) each(ctx context.Context, n int, key func(int) string, write func(context.Context, *server, int) error) []error {
	if n == 0 {
		return nil
	}
	s, err := m.pick(ctx, key(0))
	if err != nil {
		return slices.Repeat([]error{err}, n)
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(m.Timeout, defaultTimeout))
	defer cancel()
	errs := make([]error, n)
	do := func(i int) {
		if errs[i] = checkKey(key(i), key(0)); errs[i] == nil {
			errs[i] = write(ctx, s, i)
		}
	}
	var others sync.WaitGroup
	for i := 1; i < n; i++ {
		others.Go(func() { do(i) })
	}
	do(0)
	others.Wait()
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
