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
	cells    map[string]cell

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
		if missing == "" {
			return v, nil
		}
		again, err := s.lookOnce(ctx, names)
		if err != nil {
			return view{}, err
		}
		if again.standing == alive && again.version == v.version && again.cells[missing].version == 0 {
			again.lost, again.lostName = errMissing, missing
			return again, nil
		}
		v = again
	}
}

// missing returns the first of names that a living session lists and needs,
// but that is not there.
func (s *Session) missing(v view, names []string) string {
	if v.standing != alive || v.lost != nil {
		return ""
	}
	for _, name := range names {
		if v.cells[name].version == 0 && v.record.lists(name) && !s.engine.evictable(name) {
			return name
		}
	}
	return ""
}

// lookOnce reads the record first: what it lists was there before it was
// read.
func (s *Session) lookOnce(ctx context.Context, names []string) (view, error) {
	keys := s.vault.keys(names)
	items, err := s.engine.config.Store.Get(ctx, keys)
	if err != nil {
		return view{}, unavailable(err)
	}
	item, ok := items[s.vault.key]
	if !ok {
		return view{standing: absent}, nil
	}
	r, err := s.vault.openRecord(item)
	if err != nil {
		return view{standing: refused}, nil
	}
	v := view{standing: alive, record: r, version: item.Version, cells: make(map[string]cell, len(names))}
	if r.ended {
		v.standing = renewed
	}
	for i, name := range names {
		if item, ok := items[keys[1+i]]; ok {
			s.lookAt(&v, name, item)
		}
	}
	return v, nil
}

// lookAt adds one variable's item to v.
func (s *Session) lookAt(v *view, name string, item Item) {
	b, err := s.vault.openVariable(name, item)
	switch {
	case err == nil && b.ended():
		v.standing = renewed
	case err != nil && v.record.lists(name):
		v.lost, v.lostName = err, name
	}
	v.cells[name] = cell{known: true, version: item.Version, body: b}
}

// adopt takes over what v says, for the variables of the given names. What
// was known of a variable before it was listed holds no more.
func (s *Session) adopt(v view, names []string) {
	for _, name := range v.record.names {
		if i := s.engine.index(name); i >= 0 && !s.record.lists(name) {
			s.cells[i] = cell{written: s.cells[i].written}
		}
	}
	s.record, s.recordVersion = v.record, v.version
	for _, name := range names {
		if i := s.engine.index(name); i >= 0 {
			c := v.cells[name]
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
