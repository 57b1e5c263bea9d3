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
}

// rounds bounds how often agree looks again when other processes write at the same
// time.
const rounds = 8

// agree returns the roster that all processes adopt, and has written it to the
// servers. known is the one that this process has. listed is nil unless this process
// has news of the list; without, the roster is the newest one that is there.
//
// Where there is news, more than half of the servers must answer, and take it. So if
// they are on one roster, the next one is made of it: nobody goes on from an older
// one. A process without news follows the newest roster that it finds, unless that has
// servers which no list of its own has named. The servers
// that leave are told, too, as far as they answer: one of them may be all that the
// next list shares with this one.
func (a *adopter) agree(ctx context.Context, listed []Address, known roster) (roster, error) {
	for range rounds {
		copies := a.read(ctx, listed, known)
		newest, silent := known, make(map[Address]bool)
		for _, c := range copies {
			if c.err != nil {
				silent[c.server.Address] = true
			} else if c.roster.newer(newest) {
				newest = c.roster
			}
		}
		if listed == nil {
			if !newest.within(a.named) {
				return known, nil
			}
			if newest.version > 0 {
				a.write(ctx, copies, newest) // to servers that have lost it, as by a restart
			}
			return newest, nil
		}
		if newest.newer(known) && !newest.lists(listed) {
			known = newest // to read from the servers that leave, and to tell them, is for the next round
			continue
		}
		if err := quorum(listed, copies, func(c rosterCopy) bool { return c.err == nil }); err != nil {
			return roster{}, fmt.Errorf("too few of them answer: %w", err)
		}
		next := newest.with(listed, silent, time.Now())
		changed := a.write(ctx, copies, next)
		if changed {
			continue // another process was faster somewhere
		}
		if err := quorum(listed, copies, func(c rosterCopy) bool { return c.err == nil && c.roster.equal(next) }); err != nil {
			return roster{}, fmt.Errorf("too few of them take it: %w", err)
		}
		return next, nil
	}
	return roster{}, errors.New("other processes have other lists")
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

// write writes next to the servers that have another one, and notes it in the
// copies. It tells whether a copy was changed meanwhile.
func (a *adopter) write(ctx context.Context, copies map[Address]*rosterCopy, next roster) (changed bool) {
	each(copies, func(c *rosterCopy) {
		if c.err != nil || c.roster.equal(next) {
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
			c.roster = roster{}
			c.version = changedMeanwhile
		default:
			c.err = command[0].Err
		}
	})
	for _, c := range copies {
		changed = changed || c.version == changedMeanwhile
	}
	return changed
}

// changedMeanwhile is the version of a copy that another process has written.
const changedMeanwhile = ^uint64(0)

func each(copies map[Address]*rosterCopy, do func(*rosterCopy)) {
	var all sync.WaitGroup
	for _, c := range copies {
		all.Go(func() { do(c) })
	}
	all.Wait()
}
