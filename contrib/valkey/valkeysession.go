// Package valkeysession is a store for sessions on Valkey, or on Redis: one server, one
// behind Sentinel, or a cluster.
//
//	store, err := valkeysession.NewStore(valkey.ClientOption{
//		InitAddress: []string{"127.0.0.1:6379"},
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	sessions, err := NewSessions(runtime.Config{Store: store})
//
// What such a server keeps on disk, and what it copies to replicas, may come back: an
// acknowledged logout can be undone by a failover to a replica that had not heard of
// it, and by a restart from a snapshot. docs/valkey.md says how to set up the server
// so that neither happens, or seldom.
//
// The store is written for what the protocol of sessions needs, and not a cache for
// other things. It stores an item as a string that begins with eight bytes of
// version, in one round trip a call.
package valkeysession

import (
	"errors"
	"fmt"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

// defaultTimeout is that of runtime.Memcache.
const defaultTimeout = 2 * time.Second

// maxConnWriteTimeout bounds how long a write may linger in the client after its call
// has ended: less than the minute for which the marks of ended sessions stand.
const maxConnWriteTimeout = 20 * time.Second

// Store is a [runtime.Store] on Valkey or Redis. Make one with [NewStore].
type Store struct {
	timeout time.Duration
	servers string // for errors
	link    link
}

var _ runtime.Store = (*Store)(nil)

// An Option changes what [NewStore] makes.
type Option func(*Store) error

// Timeout bounds each call as a whole, from waiting for a connection to the last byte
// of the reply; a nearer deadline of the context counts instead. The default is 2
// seconds. A context that is cancelled ends a call at once.
func Timeout(d time.Duration) Option {
	return func(s *Store) error {
		if d <= 0 {
			return fmt.Errorf("sessiongen: a time-out of %v is not positive", d)
		}
		s.timeout = d
		return nil
	}
}

// NewStore returns a store that makes a client of its own with these options, which
// say where the servers are, and how to connect: TLS, users of an ACL, Sentinel. It
// makes no connection yet: an app can start while the server is down.
//
// NewStore refuses options with which a client reads from replicas, because a replica
// may not have heard of a logout; ConnLifetime, because the client sends a write again
// that waits for its answer when the time is over; and DisableAutoPipelining, because
// then a write might go to a connection that has ended. It sets these, whatever they are:
// AlwaysPipelining, so that the end of a connection is noticed and cancelling a
// context ends a call; DisableRetry, because a call ends within its time-out; and
// DisableCache, because the client must not keep what other processes change. Where
// they are 0, it sets Dialer.Timeout and ConnWriteTimeout to the store's time-out, so
// that a connection that nothing comes back from is given up soon. ConnWriteTimeout
// may be at most 20 seconds.
//
// The client sends no write twice, except where a server of a cluster has answered
// that it is not the one to ask, and so has not executed it.
func NewStore(options valkey.ClientOption, more ...Option) (*Store, error) {
	s := &Store{timeout: defaultTimeout, servers: serversOf(options)}
	for _, option := range more {
		if err := option(s); err != nil {
			return nil, err
		}
	}
	if err := validate(options); err != nil {
		return nil, err
	}
	options.AlwaysPipelining, options.DisableRetry, options.DisableCache = true, true, true
	if options.ConnWriteTimeout == 0 {
		options.ConnWriteTimeout = min(s.timeout, maxConnWriteTimeout)
	}
	if options.Dialer.Timeout == 0 {
		options.Dialer.Timeout = s.timeout
	}
	if options.ClusterOption.MaxMovedRedirections == 0 {
		options.ClusterOption.MaxMovedRedirections = maxRedirections
	}
	s.link.options = options
	return s, nil
}

// maxRedirections bounds how often a call follows the servers of a cluster that point
// at each other. By default, the client follows them until the call's time-out.
const maxRedirections = 8

// validate returns what is wrong with the options for the client.
func validate(o valkey.ClientOption) error {
	switch {
	case len(o.InitAddress) == 0:
		return errors.New("sessiongen: ClientOption.InitAddress must have the address of a server")
	case o.SendToReplicas != nil, o.ReadNodeSelector != nil, o.ReplicaOnly, len(o.Standalone.ReplicaAddress) != 0:
		return errors.New("sessiongen: sessions can't be read from replicas, which may not have heard of a logout: leave out " +
			"SendToReplicas, ReadNodeSelector, ReplicaOnly and Standalone.ReplicaAddress")
	case o.ConnLifetime != 0:
		return errors.New("sessiongen: with ConnLifetime a write that waits for its answer when the time is over is sent again: leave it out")
	case o.DisableAutoPipelining:
		return errors.New("sessiongen: with DisableAutoPipelining a write may go to a connection that has ended: leave it out")
	case o.ConnWriteTimeout < 0 || o.ConnWriteTimeout > maxConnWriteTimeout:
		return fmt.Errorf("sessiongen: ClientOption.ConnWriteTimeout must be at most %v, and is %v", maxConnWriteTimeout, o.ConnWriteTimeout)
	}
	return nil
}

// Close closes the connections. Calls that come later fail with
// [runtime.ErrUnavailable].
func (s *Store) Close() error {
	s.link.close()
	return nil
}
