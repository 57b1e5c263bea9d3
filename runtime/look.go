package runtime

import (
	"context"
	"errors"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A standing is the state of a session, as the store has it.
type standing uint8

const (
	absent    standing = iota // no record, or a mark that the session was destroyed
	refused                   // a record that the secret does not open
	malformed                 // the secret opens it, but it can't be read as a record
	renewed                   // the record or a variable is marked as ended
	unlisted                  // a record that the account does not list
	alive
)

// A view is the result of one read of a session in the store.
type view struct {
	standing standing
	record   sealed.Record
	version  uint64   // of the record
	cells    []cell   // of the variables that were asked for, in the same order
	account  *finding // nil if the session belongs to none

	// lost is the error for a listed variable that is missing or broken, and
	// lostField is the name in Go of that variable. The session then counts as
	// unknown.
	lost      error
	lostField string
}

var errMissing = errors.New("value is missing")

// look reads the record and a selection of the variables, and the account if the
// session belongs to one. If a listed variable that must be there is absent, Destroy
// may be deleting the session. So look reads again until the record is gone, or
// until the record has the same version as in the read before and the variable is
// still absent: then the variable is lost.
//
// In the same way, a session that its account does not list may have been renewed
// since its record was read. Renew marks the record before it changes the account:
// if a record that is read after the account is still alive, the session is over.
func (s *Session) look(ctx context.Context, of sealed.Selection) (view, error) {
	v, err := s.lookOnce(ctx, of)
	if err != nil {
		return view{}, err
	}
	for {
		out, missing := v.out(), s.missing(v, of)
		if !out && missing < 0 {
			return v, nil
		}
		again, err := s.lookOnce(ctx, of)
		switch {
		case err != nil:
			return view{}, err
		case out && again.standing == alive:
			v.standing = unlisted
			return v, nil
		case missing >= 0 && again.standing == alive && again.version == v.version && again.cells[missing].version == 0:
			again.lost, again.lostField = errMissing, s.engine.field(of.Places[missing])
			return again, nil
		}
		v = again
	}
}

// out tells whether the account of a session that seems to be alive does not list it.
func (v *view) out() bool { return v.standing == alive && v.account != nil && v.account.err != nil }

// missing returns the index of the first of the variables that is absent although
// the living session lists it and needs it, or -1 if there is none.
func (s *Session) missing(v view, of sealed.Selection) int {
	if v.standing != alive || v.lost != nil {
		return -1
	}
	for i, place := range of.Places {
		// A place of -1 counts as evictable, so Has is asked for declared ones alone.
		if v.cells[i].version == 0 && !s.engine.evictable(place) && v.record.Listed.Has(place) {
			return i
		}
	}
	return -1
}

// lookOnce reads once. It reads the record before the variables, so that every
// variable that the record lists was stored before it is read.
func (s *Session) lookOnce(ctx context.Context, of sealed.Selection) (view, error) {
	scratch := s.engine.scratches.Get()
	defer s.engine.scratches.Put(scratch)
	q := s.vault.Query(of)
	found := scratch.Room(&q)
	if err := s.engine.store.fill(ctx, q, found); err != nil {
		return view{}, unavailable(err)
	}
	if mark, _ := sealed.MarkOf(found[0].Value); found[0].Version == 0 || mark == sealed.DestroyedMark {
		return view{standing: absent}, nil
	}
	o := sealed.NewOpener(&s.vault, scratch, found[1:])
	r, err := o.Record(found[0].Value, s.engine.declared)
	switch {
	case errors.Is(err, sealed.ErrRecord):
		return view{standing: malformed, version: found[0].Version}, nil
	case err != nil:
		return view{standing: refused, version: found[0].Version}, nil
	}
	v := view{standing: alive, record: r, version: found[0].Version, cells: s.room(len(of.Places))}
	if r.Ended {
		v.standing = renewed
	}
	if q.Account {
		v.account = new(find(&o, s.vault.ID(), found[len(of.Suffixes)]))
	}
	for i := range v.cells {
		item := &found[1+i]
		if item.Version == 0 {
			v.cells[i] = cell{known: true}
			continue
		}
		b, err := o.Variable(of.Suffixes[1+i], item.Value)
		switch {
		case err == nil && b.IsEnded():
			v.standing = renewed
		case err != nil && r.Listed.HasName(of.Names[i]):
			v.lost, v.lostField = err, s.engine.field(of.Places[i])
		}
		v.cells[i] = cell{known: true, version: item.Version, body: b}
	}
	return v, nil
}

// room returns n cells for a view. While the session is being loaded they are
// its inline cells, if these are enough; a session that is accepted keeps them.
func (s *Session) room(n int) []cell {
	if s.lived || n > maxInline {
		return make([]cell, n)
	}
	return s.inline[:n]
}

// adopt takes over the record of v and the cells of v, which are those of the
// selection. What the session knew of a variable before the record listed that
// variable is dropped.
func (s *Session) adopt(v view, of sealed.Selection) {
	for i := range s.cells { // of the others nothing is known
		if v.record.Listed.Has(i) && !s.record.Listed.Has(i) {
			// A loaded value may still wait in the cell: if the store put back an
			// older record, which did not list it, and now this one again.
			if st := s.engine.variables[i].state(s.owner); st != nil {
				s.unpack(st)
			}
			s.cells[i] = cell{written: s.cells[i].written}
		}
	}
	s.record, s.recordVersion = v.record, v.version
	if v.account != nil {
		s.belong(v.account)
	}
	for at, place := range of.Places {
		if place >= 0 {
			c := v.cells[at]
			c.written = s.cell(place).written
			*s.cell(place) = c
		}
	}
}

// refresh reads a living session again in the middle of a request and adopts
// what it finds. It returns ErrEnded if the session is not living any more.
func (s *Session) refresh(ctx context.Context, of sealed.Selection) (view, error) {
	v, err := s.look(ctx, of)
	switch {
	case err != nil:
		return view{}, err
	case v.standing == renewed:
		s.become(ended)
		return view{}, errRenewed
	case v.standing != alive:
		return view{}, s.end()
	case v.lost != nil:
		return view{}, s.loseNow(ctx, v.lostField, v.lost)
	}
	s.adopt(v, of)
	return v, nil
}
