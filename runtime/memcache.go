package runtime

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// defaultMaxValueSize is what a memcached with default options (-I 1m) takes
// under any key: of the 1 MiB, an item's header, version, flags, longest key
// and line end need 313 bytes in version 1.6.
const defaultMaxValueSize = 1<<20 - 512

// Memcache is a [Store] on memcached servers. Every process of a site must give
// them the same names, in any order: a session is on the server that its id and
// the names choose, and on no other. While that server is down, its sessions
// are unavailable; the sessions on other servers are not affected.
//
// Set the fields before the first use.
type Memcache struct {
	// Timeout bounds each call as a whole, from waiting for a connection to the
	// last byte of the answers, and may end a call up to a 200th of it earlier;
	// a nearer deadline of the context counts instead. A context that is
	// cancelled interrupts a call within 20 milliseconds. Default: 2 seconds. In
	// that time a lost packet is sent again (the first one of a new connection
	// after 1 second), and a visitor can wait that long.
	Timeout time.Duration

	// MaxConns bounds the connections to each server, busy and idle ones
	// together. A call needs one, and waits if all are busy, or if the server
	// takes no more than there are. Default: 128, an eighth of what a memcached
	// with default options takes from all its clients (its option -c). An idle
	// connection holds up to 32 KiB of memory, and is closed after a minute or two.
	MaxConns int

	// Plain makes the store use gomemcache's own calls: a GetMulti for a Get,
	// and for each item that is written a call of its own, on a connection of
	// its own. By default all commands of a call go over one connection in one
	// piece, within a Get of gomemcache. That takes less time, and fewer
	// connections. Set Plain to find out whether a fault comes from the
	// default. The default depends on how gomemcache does a Get. If a later
	// gomemcache does it in another way, all calls go on as if Plain were set,
	// and no call fails because of it. A warning says so once: to the Logger of
	// the first manager that has one and whose Store is this Memcache, or
	// embeds it, or else to [slog.Default]. A Store that keeps the Memcache in a
	// field hides it from the manager.
	Plain bool

	// TLS, unless it is nil, is spoken with the servers, as memcached does with its
	// option -Z, and as managed ones do that encrypt in transit. If it has no
	// ServerName, that is the host of a server's address. A new connection takes
	// one round trip more, or two. Set no ClientSessionCache for a memcached that
	// wants certificates of its clients: it can't resume their sessions of TLS.
	TLS *tls.Config

	// Username and Password are sent on each new connection, for memcached's
	// option -Y (ASCII authentication); one round trip more. They go over the wire
	// as they are, so use TLS, too. The name has no colon, and neither of them a
	// space. They need not be set for a server that nobody has to log in to, and
	// such a server does not keep them.
	Username, Password string

	// DialContext makes the connections in place of a [net.Dialer]: through a
	// proxy, say, or with a resolver of the app's own. The network is "tcp" or
	// "unix", the address that of a server. It must honour the context, which ends
	// with the call that needs the connection. TLS is spoken over what it returns.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)

	// Servers, if not nil, returns the addresses of the servers, for a list that
	// changes: see package [github.com/sessiongen/sessiongen/runtime/discovery]. It is
	// for NewMemcache without addresses. It is asked every five seconds, from the first
	// call on until Close, and must return within five seconds. It must not return
	// before it knows all servers.
	//
	// A list is adopted between two operations on a session, never within one. The
	// servers keep its version, so that all processes agree on one, and what was
	// stored on a server before it left the list is not found when it comes back. A
	// process that has no list, because Servers fails, follows the others. More than
	// half of the listed servers must answer a process that starts, or that adopts
	// another list. What is known of a list is kept on its servers, so one that has
	// none of them in common with the list before is a new beginning, unless a
	// process lives through the change: see docs/operations.md.
	//
	// The sessions on a server that leaves, and the share that a new one takes over,
	// are over: their visitors start anew, and requests in flight get [ErrEnded].
	Servers func(context.Context) ([]string, error)

	addresses []memcached.Address
	err       error         // from NewMemcache
	listEvery time.Duration // 0: the default; a test asks more often

	start    sync.Once
	client   *memcached.Client // from start
	unusable error             // why there is no client

	batches sync.Pool // of *[]memcached.Command

	logger      atomic.Pointer[slog.Logger] // nil: the default
	notListedAt atomic.Int64                // when it was logged that servers are not listed, in Unix time; 0: not since they were
}

// NewMemcache returns a store on the servers with these addresses: host:port,
// host (the port is 11211 then), [ipv6]:port, or the path of a unix socket,
// which has a slash in it. No connection is made yet. The generated
// constructor, such as NewSessions, reports an address that is wrong. Every
// call reports it, too, with an error that wraps [ErrUnavailable]. Tests in a
// bubble of testing/synctest need a store that was made in the bubble.
func NewMemcache(servers ...string) *Memcache {
	m := new(Memcache)
	m.addresses, m.err = memcached.ParseAddresses(servers)
	return m
}

// String returns the addresses of the servers, and so keeps the password out of logs.
func (m *Memcache) String() string {
	if m.Servers != nil {
		return "memcached servers of a list"
	}
	return fmt.Sprintf("memcached at %v", m.addresses)
}

// GoString is String.
func (m *Memcache) GoString() string { return m.String() }

// open makes the client for the first use, when the fields are set.
func (m *Memcache) open() {
	if m.unusable = m.validate(); m.unusable == nil {
		m.client = memcached.NewClient(m.addresses, m.options())
	}
}

func (m *Memcache) options() memcached.Options {
	return memcached.Options{
		Timeout: m.Timeout, MaxConns: m.MaxConns, Plain: m.Plain, Dialer: m.dialer(), FellBack: m.fellBack,
		List: m.Servers, ListEvery: m.listEvery, Listed: m.listed, NotListed: m.notListed,
	}
}

func (m *Memcache) dialer() memcached.Dialer {
	return memcached.Dialer{DialContext: m.DialContext, TLS: m.TLS, Username: m.Username, Password: m.Password}
}

// validate returns what makes the store unusable, if anything does.
func (m *Memcache) validate() error {
	switch {
	case m.err != nil:
		return m.err
	case len(m.addresses) == 0 && m.Servers == nil:
		return errors.New("NewMemcache needs the address of a server, or Memcache.Servers")
	case len(m.addresses) > 0 && m.Servers != nil:
		return errors.New("NewMemcache got addresses, and Memcache.Servers is set: use one of the two")
	case m.Timeout < 0:
		return errors.New("Memcache.Timeout is negative")
	case m.MaxConns < 0:
		return errors.New("Memcache.MaxConns is negative")
	}
	return m.dialer().Check()
}

// Close closes the connections: idle ones at once, busy ones as soon as their
// calls end. Calls that come later fail with [ErrUnavailable].
func (m *Memcache) Close() error {
	m.start.Do(m.open)
	if m.client != nil {
		m.client.Close()
	}
	return nil
}
