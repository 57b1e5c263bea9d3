package runtime

import (
	"context"
	"errors"
)

// standing is what the store says of a session.
type standing uint8

const (
	absent  standing = iota // no record
	refused                 // a record that the secret does not open
	renewed                 // the record or a variable is marked as ended
	alive
)

// A view is what the store held when it was asked once.
type view struct {
	standing standing
	record   record
	version  uint64 // of the record
	cells    []cell // of the variables that were asked for, in that order

	// lost is the error for a listed variable that is gone or broken, and
	// lostName its name: the session counts as unknown then.
	lost     error
	lostName string
}

var errMissing = errors.New("value is missing")

// look reads the record and the variables of the given names. A listed
// variable that is absent although it must be there may mean that the session
// is just being destroyed, so look asks again, until the record is gone or
// stands still.
func (s *Session) look(ctx context.Context, names []string) (view, error) {
	v, err := s.lookOnce(ctx, names)
	if err != nil {
		return view{}, err
	}
	for {
		missing := s.missing(v, names)
		if missing < 0 {
			return v, nil
		}
		again, err := s.lookOnce(ctx, names)
		if err != nil {
			return view{}, err
		}
		if again.standing == alive && again.version == v.version && again.cells[missing].version == 0 {
			again.lost, again.lostName = errMissing, names[missing]
			return again, nil
		}
		v = again
	}
}

// missing returns the place of the first of names that a living session lists
// and needs, but that is not there; -1 if none is.
func (s *Session) missing(v view, names []string) int {
	if v.standing != alive || v.lost != nil {
		return -1
	}
	for i, name := range names {
		if v.cells[i].version == 0 && v.record.lists(name) && !s.engine.evictable(name) {
			return i
		}
	}
	return -1
}

// lookOnce reads the record first: what it lists was there before it was
// read.
func (s *Session) lookOnce(ctx context.Context, names []string) (view, error) {
	items, cells := s.room(len(names))
	s.vault.name(items, names)
	if err := fill(ctx, s.engine.config.Store, items); err != nil {
		return view{}, unavailable(err)
	}
	if items[0].Version == 0 {
		return view{standing: absent}, nil
	}
	o := s.vault.opener(items...)
	r, err := o.record(&items[0], s.engine.list)
	if err != nil {
		return view{standing: refused}, nil
	}
	v := view{standing: alive, record: r, version: items[0].Version, cells: cells}
	if r.ended {
		v.standing = renewed
	}
	for i := range cells {
		item, c := &items[1+i], &cells[i]
		c.key = item.Key
		if item.Version == 0 {
			continue
		}
		b, err := o.variable(item)
		switch {
		case err == nil && b.ended():
			v.standing = renewed
		case err != nil && r.lists(names[i]):
			v.lost, v.lostName = err, names[i]
		}
		c.known, c.version, c.body = true, item.Version, b
	}
	return v, nil
}

// room returns the memory for a look at n variables. While the session is
// loaded it has cells for all its variables, because the session will keep them,
// and comes with the session itself if that has few.
func (s *Session) room(n int) ([]Item, []cell) {
	all := len(s.engine.variables)
	if s.cells != nil {
		return make([]Item, 1+n), make([]cell, n)
	}
	if all > maxInline {
		return make([]Item, 1+n), make([]cell, n, all)
	}
	clear(s.inline.cells[:n])
	return s.inline.items[:1+n], s.inline.cells[:n]
}

// adopt takes over what v says, for the variables of the given names. What
// was known of a variable before it was listed holds no more.
func (s *Session) adopt(v view, names []string) {
	for _, name := range v.record.names {
		if i := s.engine.index(name); i >= 0 && !s.record.lists(name) {
			s.cells[i] = cell{key: s.cells[i].key, written: s.cells[i].written}
		}
	}
	s.record, s.recordVersion = v.record, v.version
	for at, name := range names {
		if i := s.engine.index(name); i >= 0 {
			c := v.cells[at]
			c.known, c.written = true, s.cells[i].written
			s.cells[i] = c
		}
	}
}

// refresh looks again at a living session in the middle of a request and
// adopts what it finds. ErrEnded if it lives no more.
func (s *Session) refresh(ctx context.Context, names []string) (view, error) {
	v, err := s.look(ctx, names)
	switch {
	case err != nil:
		return view{}, err
	case v.standing != alive:
		return view{}, s.end()
	case v.lost != nil:
		return view{}, s.loseNow(s.engine.field(v.lostName), v.lost)
	}
	s.adopt(v, names)
	return v, nil
}
