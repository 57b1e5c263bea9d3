package memcached

import (
	"context"
	"net"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

const (
	MaxRelative   = maxRelative
	AnswersBuffer = answersBuffer
	TrustedSize   = trustedSize
	KeptMessage   = keptMessage
)

var (
	Exptime = exptime

	ErrServer      error = errServer
	ErrClient      error = errClient
	ErrProtocol    error = errProtocol
	ErrUnknown     error = errUnknown
	ErrUnasked     error = errUnasked
	ErrUnversioned error = errUnversioned
	ErrCarrier           = errCarrier
	ErrClosed            = errClosed
)

func (a Address) Network() string { return a.network }

// ServerOf returns the address of the server of the session that key belongs to.
func (c *Client) ServerOf(key string) string {
	if c.adopter != nil {
		return c.adopter.current.Load().pick(key).address
	}
	return c.fixed.pick(key).address
}

// PutInFront lets gomemcache talk to what front makes of a connection.
func (c *Client) PutInFront(front func(net.Conn) net.Conn) {
	for _, s := range c.fixed {
		s.front = func(l *lane) net.Conn { return front(l) }
	}
}

// Busy and Idle count the first server's connections.
func (c *Client) Busy() int { return len(c.fixed[0].slots) }
func (c *Client) Idle() int { return len(c.idle()) }

// Waiting counts the calls that wait because the first server takes no more
// connections.
func (c *Client) Waiting() int {
	c.fixed[0].mu.Lock()
	defer c.fixed[0].mu.Unlock()
	return len(c.fixed[0].crowd.waiting)
}

func (c *Client) idle() []*lane {
	c.fixed[0].mu.Lock()
	defer c.fixed[0].mu.Unlock()
	return c.fixed[0].idle
}

// IdleLane returns the first of the idle connections.
func (c *Client) IdleLane() *Lane { return &Lane{l: c.idle()[0]} }

// A Lane is one connection with what belongs to it.
type Lane struct {
	l *lane

	// Here they cost no allocation.
	lookup  lookup
	changes changes
}

// NewLane returns the lane of a connection.
func NewLane(conn net.Conn) *Lane {
	return &Lane{l: newLane(newServer(Address{"tcp", "scripted:11211"}, Options{MaxConns: 1}, func(error) {}), conn)}
}

func (l *Lane) Same(other *Lane) bool { return l.l == other.l }
func (l *Lane) Alive() bool           { return l.l.alive() }
func (l *Lane) Closed() bool          { return l.l.closed.Load() }
func (l *Lane) MessageSize() int      { return cap(l.l.message.text) }

// Expire sets a deadline that is over, as if the last call had.
func (l *Lane) Expire() error {
	l.l.deadline = time.Unix(1, 0)
	return l.l.Conn.SetDeadline(l.l.deadline)
}

// Get and Do carry a call.
func (l *Lane) Get(q kv.Query, found []kv.Found) error {
	l.lookup = lookup{query: q, found: found}
	return l.l.carry(&l.lookup)
}

func (l *Lane) Do(v Verb, commands []Command) error {
	l.changes = changes{verb: v, commands: commands}
	return l.l.carry(&l.changes)
}

// PlainGet and PlainDo are gomemcache's own calls.
func (l *Lane) PlainGet(q kv.Query, found []kv.Found) error {
	return (&lookup{query: q, found: found}).plain(l.l)
}
func (l *Lane) PlainDo(v Verb, c *Command) (Outcome, error) { return v.plain(l.l, "", c) }

// Begin makes the lane carry a Get, whose client is the caller.
func (l *Lane) Begin(q kv.Query, found []kv.Found) net.Conn {
	u := &lookup{query: q, found: found}
	u.ask(&l.l.message)
	l.l.setRide(ride{exchange: u})
	return l.l
}

// Attempt asks for the list of servers now, and adopts it.
func (c *Client) Attempt(ctx context.Context) error { return c.adopter.attempt(ctx) }

// Servers returns the addresses of the servers that a list has.
func (c *Client) Servers() []string { return names(c.adopter.current.Load().roster) }

// Agrees tells whether both clients have the same version of a list.
func (c *Client) Agrees(other *Client) bool {
	return c.adopter.current.Load().roster.equal(other.adopter.current.Load().roster)
}

// Leaving returns the addresses of the servers that have left the list and are not
// closed yet.
func (c *Client) Leaving() (addresses []string) {
	c.adopter.mu.Lock()
	defer c.adopter.mu.Unlock()
	for a := range c.adopter.leaving {
		addresses = append(addresses, a.address)
	}
	return addresses
}

// Retire does what the end of the longest operation does.
func (c *Client) Retire(address string) {
	timer := c.adopter.leaving[Address{"tcp", address}]
	c.adopter.retire(Address{"tcp", address}, &timer)
}

// Reread returns the text of the roster that is read from a text.
func Reread(text string) (again string, version uint64, err error) {
	r, err := parseRoster([]byte(text))
	return string(r.text()), r.version, err
}

const MaxFormers = maxFormers

// A Roster is a version of a list of servers.
type Roster struct{ r roster }

func NewRoster() Roster { return Roster{} }

// With returns the next version.
func (r Roster) With(names ...string) Roster {
	listed, err := ParseAddresses(names)
	if err != nil {
		panic(err)
	}
	return Roster{r.r.with(listed, nil, time.Now())}
}

func (r Roster) String() string { return string(r.r.text()) }

// The times that a process follows the others.
const (
	PatientFor  = patientFor
	InsistAfter = insistAfter
)

// Differs lets the others have had another list for that long.
func (c *Client) Differs(d time.Duration) { c.adopter.differs = time.Now().Add(-d) }

// A Version is that of a list of servers.
type Version struct{ r roster }

func (v Version) IsZero() bool              { return v.r.version == 0 }
func (v Version) Before(later Version) bool { return later.r.newer(v.r) }

// HasServers tells whether a list has been adopted.
func (c *Client) HasServers() bool { return c.adopter.current.Load() != nil }

// Version returns the version of the list that was adopted.
func (c *Client) Version() Version { return Version{c.adopter.current.Load().roster} }

// SeatOf returns where the items of the session are that key belongs to.
func (c *Client) SeatOf(key string) string {
	at := c.adopter.current.Load().pick(key)
	return at.prefix + "@" + at.address
}

// Reap does now what is done from time to time.
func (c *Client) Reap() { c.fixed[0].reap() }
