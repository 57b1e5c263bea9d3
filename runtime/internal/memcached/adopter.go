package memcached

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

const (
	// askEvery is how long it takes at most, beside the answers, until a process
	// adopts a list that has changed, unless Options.ListEvery says otherwise.
	askEvery = 5 * time.Second

	// askAgain is how long it takes until an attempt that failed is repeated.
	askAgain = time.Second

	// patientFor is how long the others may have another list before that is worth a
	// warning.
	patientFor = time.Minute

	// insistAfter is how long a process follows the others, though its own list is
	// another one, until it has its own adopted again.
	insistAfter = 10 * time.Minute
)

// An adopter keeps a client's servers as a list says that changes. It asks for the
// list from the first call on, until it is closed.
type adopter struct {
	client *Client
	list   func(context.Context) ([]string, error)
	start  sync.Once
	stop   context.CancelFunc // from start on
	first  chan struct{}      // closed after the first attempt

	asking  chan listing              // Options.List is at it, and this is for what it returns; nil: it is not
	named   map[Address]bool          // by the lists of this process; no session is on another server
	agreed  []Address                 // the last list of this process that was adopted; nil if it is not known
	differs time.Time                 // since when the others have another one; zero: they have not
	current atomic.Pointer[placement] // nil until there is a list
	failed  atomic.Pointer[error]     // why the last attempt failed, if it did

	mu      sync.Mutex
	servers map[Address]*server
	leaving map[Address]*time.Timer // when servers that are not listed any more will be closed
	closed  bool
}

func newAdopter(c *Client, list func(context.Context) ([]string, error)) *adopter {
	return &adopter{
		client: c, list: list, first: make(chan struct{}), named: make(map[Address]bool),
		servers: make(map[Address]*server), leaving: make(map[Address]*time.Timer),
	}
}

// placement returns the placement for a call. All calls of one operation have the
// same.
func (a *adopter) placement(ctx context.Context, end limit) (*placement, error) {
	o := operation.Of(ctx)
	if p := a.at(o); p != nil {
		return o.Pin(a, p).(*placement), nil
	}
	p, err := a.now(end)
	if err != nil {
		return nil, err
	}
	return o.Pin(a, p).(*placement), nil
}

// at returns the placement of an operation, which may be nil; nil if there is no
// list yet.
func (a *adopter) at(o *operation.Operation) *placement {
	if pinned, ok := o.Pinned(a).(*placement); ok {
		return pinned
	}
	return a.current.Load()
}

// now returns the current placement. The first calls wait for the first attempt.
func (a *adopter) now(end limit) (*placement, error) {
	a.start.Do(a.begin)
	ctx, cancel := end.context()
	defer cancel()
	select {
	case <-a.first:
	case <-ctx.Done():
		return nil, fmt.Errorf("the list of memcached servers does not come: %w", ctx.Err())
	}
	if p := a.current.Load(); p != nil {
		return p, nil
	}
	if why := a.failed.Load(); why != nil {
		return nil, *why
	}
	return nil, errClosed
}

func (a *adopter) begin() {
	ctx, stop := context.WithCancel(context.Background())
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stop = stop; a.closed {
		stop()
	}
	go a.run(ctx)
}

func (a *adopter) run(ctx context.Context) {
	attempted := sync.OnceFunc(func() { close(a.first) })
	defer attempted()
	for ctx.Err() == nil {
		pause := a.client.options.ListEvery
		if err := a.attempt(ctx); err != nil && ctx.Err() == nil {
			if err != ErrOthers {
				pause = min(pause, askAgain)
			}
			a.failed.Store(&err)
			a.client.options.NotListed(err)
		}
		attempted()
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// ErrOthers says that another process has had its list adopted, and that it is not
// this one's, which goes by it for now.
var ErrOthers = errors.New("other processes have adopted other servers than this one's list has: do all processes get the same list?")

// attempt asks for the list and adopts it. A list that is the same as before is no
// news: then the process follows the others, who may have learned of a change
// earlier, and lists that differ for a while, as during a deploy, do not take turns.
func (a *adopter) attempt(ctx context.Context) error {
	listed, unlisted := a.ask(ctx)
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for _, address := range listed {
		a.named[address] = true
	}
	var known roster
	if p := a.current.Load(); p != nil {
		known = p.roster
	}
	news := listed
	if slices.Equal(listed, a.agreed) && (a.differs.IsZero() || time.Since(a.differs) < insistAfter) {
		news = nil
	}
	next, passed, err := a.agree(ctx, news, known)
	if err != nil {
		if news != nil {
			a.agreed = nil // it may have been written to some
		}
		return fmt.Errorf("the list of memcached servers can't be adopted: %w", err)
	}
	if next.newer(known) {
		a.adopt(next, known)
	}
	switch {
	case unlisted != nil:
		return unlisted
	case passed, !next.lists(listed):
		if a.differs.IsZero() {
			a.differs = time.Now()
		}
		if time.Since(a.differs) < patientFor {
			return nil
		}
		return ErrOthers
	}
	a.agreed, a.differs = listed, time.Time{}
	return nil
}

// adopt makes next the roster for all operations that begin from now on. Servers
// that have left the list are closed when the last operation before has ended.
func (a *adopter) adopt(next, known roster) {
	a.current.Store(newPlacement(next, a.stays))
	a.mu.Lock()
	for address := range a.servers {
		listed := slices.ContainsFunc(next.members, func(m member) bool { return m.Address == address })
		if !listed && a.leaving[address] == nil {
			var timer *time.Timer
			timer = time.AfterFunc(operation.Longest+a.client.options.Timeout, func() { a.retire(address, &timer) })
			a.leaving[address] = timer
		}
	}
	a.mu.Unlock()
	a.client.options.Listed(names(known), names(next))
}

func names(r roster) []string {
	names := make([]string, len(r.members))
	for i, m := range r.members {
		names[i] = m.address
	}
	return names
}

// stays returns the server with an address, which is listed, and is not closed any
// more if it was leaving.
func (a *adopter) stays(address Address) *server {
	a.mu.Lock()
	defer a.mu.Unlock()
	if timer := a.leaving[address]; timer != nil {
		timer.Stop()
		delete(a.leaving, address)
	}
	return a.serverLocked(address)
}

// server returns the server with an address, which may be leaving.
func (a *adopter) server(address Address) *server {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.serverLocked(address)
}

func (a *adopter) serverLocked(address Address) *server {
	s := a.servers[address]
	if s == nil {
		s = newServer(address, a.client.options, a.client.fallBack)
		a.servers[address] = s
		if a.closed {
			s.close()
		}
	}
	return s
}

// retire closes a server that has left the list, unless it is back.
func (a *adopter) retire(address Address, timer **time.Timer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.leaving[address] != *timer { // it has come back, and may have left again
		return
	}
	a.servers[address].close()
	delete(a.servers, address)
	delete(a.leaving, address)
}

func (a *adopter) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	if a.stop != nil {
		a.stop()
	}
	for _, s := range a.servers {
		s.close()
	}
	for _, timer := range a.leaving {
		timer.Stop()
	}
}
