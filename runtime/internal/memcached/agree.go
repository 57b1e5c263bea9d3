package memcached

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// rosterKey is the key of the roster on each server.
const rosterKey = "sessiongen:servers"

// A rosterCopy is what a server has under rosterKey.
type rosterCopy struct {
	server  *server
	roster  roster // the zero one, if there is none that can be read
	version uint64 // of the item; 0: there is none
	err     error  // the server has not answered
	changed bool   // another process has written it meanwhile
}

// rounds bounds how often agree looks again when other processes write at the same
// time.
const rounds = 8

// agree returns the roster that all processes adopt, and has written it to the
// servers. known is the one that this process has. listed is nil unless this process
// has news of the list; without, the roster is the newest one that it can follow.
// passed tells that there is a newer one, which has a server that no list of this
// process has named.
//
// To adopt another roster, more than half of its servers must have it; and with news,
// more than half of the listed ones must answer. So if they are on one roster, the
// next one is made of it: nobody goes on from an older one. The servers that leave are
// told, too, as far as they answer: one of them may be all that the next list shares
// with this one.
func (a *adopter) agree(ctx context.Context, listed []Address, known roster) (next roster, passed bool, err error) {
	newest := known
	for range rounds {
		asked := newest
		copies := a.read(ctx, listed, asked)
		silent := make(map[Address]bool)
		passed = false
		for _, c := range copies {
			switch {
			case c.err != nil, c.version != 0 && c.roster.version == 0: // it may have had one
				silent[c.server.Address] = true
			case !c.roster.newer(newest):
			case listed == nil && !c.roster.within(a.named):
				passed = true
			default:
				newest = c.roster
			}
		}
		if newest.newer(asked) && !newest.lists(listed) {
			continue // to read from the servers that leave, and to tell them
		}
		next, of := newest, newest.addresses()
		if listed != nil {
			if err := quorum(listed, copies, func(c rosterCopy) bool { return c.err == nil }); err != nil {
				return roster{}, false, fmt.Errorf("too few of them answer: %w", err)
			}
			next, of = newest.with(listed, silent, time.Now()), listed
		}
		if next.version == 0 {
			return known, passed, nil
		}
		if a.write(ctx, copies, next) {
			continue // another process was faster somewhere
		}
		if next.equal(known) {
			return known, passed, nil
		}
		if err := quorum(of, copies, func(c rosterCopy) bool { return c.err == nil && c.roster.equal(next) }); err != nil {
			return roster{}, false, fmt.Errorf("too few of them take it: %w", err)
		}
		return next, passed, nil
	}
	return roster{}, false, errors.New("other processes have other lists")
}

// quorum returns an error unless more than half of the listed servers have a copy
// that is good.
func quorum(listed []Address, copies map[Address]*rosterCopy, good func(rosterCopy) bool) error {
	n, why := 0, error(nil)
	for _, address := range listed {
		if c := copies[address]; good(*c) {
			n++
		} else {
			why = errors.Join(why, c.err)
		}
	}
	if 2*n > len(listed) {
		return nil
	}
	return fmt.Errorf("%d of %d, and it must be more than half; of the others: %w", n, len(listed), why)
}

// read reads the copies of the listed servers and of the known ones, side by side.
func (a *adopter) read(ctx context.Context, listed []Address, known roster) map[Address]*rosterCopy {
	copies := make(map[Address]*rosterCopy)
	for _, address := range listed {
		copies[address] = &rosterCopy{server: a.server(address)}
	}
	for _, m := range known.members {
		if a.mayAsk(m.Address) {
			copies[m.Address] = &rosterCopy{server: a.server(m.Address)}
		}
	}
	usual := known.text()
	each(copies, func(c *rosterCopy) {
		q := kv.Query{Session: rosterKey, Suffixes: []string{""}}
		u := &lookup{query: q, found: make([]kv.Found, 1)}
		if c.err = a.client.lookup(c.server, a.client.limit(ctx), u); c.err == nil {
			c.version = u.found[0].Version
			if c.roster = known; !bytes.Equal(u.found[0].Value, usual) {
				c.roster, c.err = parseRoster(u.found[0].Value)
			}
		}
	})
	return copies
}

// mayAsk tells whether a server that a roster has may be asked for its own, and told
// the next one. A roster that somebody made up can have any address in it, so a
// server that no list of this process has named must be one of TCP, and is given no
// password unless TLS tells who it is.
func (a *adopter) mayAsk(address Address) bool {
	d := a.client.options.Dialer
	return a.named[address] || address.network == "tcp" && (d.Username == "" || d.TLS != nil)
}

// write writes next to the servers that have none, or an older one, and notes it in
// the copies. It tells whether a copy was changed meanwhile.
func (a *adopter) write(ctx context.Context, copies map[Address]*rosterCopy, next roster) (changed bool) {
	each(copies, func(c *rosterCopy) {
		if c.err != nil || c.roster.equal(next) || c.roster.newer(next) {
			return
		}
		command := []Command{{Key: rosterKey, Value: next.text(), Version: c.version}}
		verb := Swap
		if c.version == 0 {
			verb = Add
		}
		a.client.change(c.server, a.client.limit(ctx), &changes{verb: verb, commands: command})
		switch command[0].Outcome {
		case Done:
			c.roster = next
		case Exists, NotFound:
			c.changed = true
		default:
			c.err = command[0].Err
		}
	})
	for _, c := range copies {
		changed = changed || c.changed
	}
	return changed
}

func each(copies map[Address]*rosterCopy, do func(*rosterCopy)) {
	var all sync.WaitGroup
	for _, c := range copies {
		all.Go(func() { do(c) })
	}
	all.Wait()
}
