package runtime

import (
	"context"
	"errors"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// buryAll swaps ENDED marks in for the variables of the old id.
func (r *renewal) buryAll(ctx context.Context) error {
	left := r.s.record.Listed.Names()
	attempts := r.s.compete()
	defer attempts.Close()
	for len(left) > 0 {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		var err error
		if left, err = r.buryVariables(ctx, left); err == nil {
			err = r.reread(ctx, left)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buryRecord swaps the record for an ENDED mark, which keeps the final list of
// names.
func (r *renewal) buryRecord(ctx context.Context) error {
	s := r.s
	attempts := s.compete()
	defer attempts.Close()
	for {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		if s.recordVersion == 0 {
			before := s.record.Listed.Len()
			if err := r.gather(ctx); err != nil {
				return err
			}
			r.changed = r.changed || s.record.Listed.Len() != before
		}
		now := s.engine.now()
		item := recordItem(&s.vault, s.record.End(now, r.token.ID), s.recordVersion, now.Add(endedFor))
		err := s.engine.store.swap(ctx, []Item{item})[0]
		s.recordVersion = 0
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrNotFound):
			return s.end()
		case !errors.Is(err, ErrExists):
			return unavailable(err)
		}
	}
}

// buryVariables stores ENDED marks for the named variables. It returns the
// names whose key has another version than expected. An absent variable gets a
// mark, too; otherwise a slow request could still set it.
func (r *renewal) buryVariables(ctx context.Context, names []string) (left []string, err error) {
	s := r.s
	expires := s.engine.now().Add(endedFor)
	items := make([]Item, len(names))
	for i, name := range names {
		items[i] = variableItem(&s.vault, name, sealed.Ended, r.cells[name].version, expires)
	}
	for i, e := range s.engine.put(ctx, items) {
		switch {
		case e == nil:
		case errors.Is(e, ErrExists):
			left = append(left, names[i])
		case errors.Is(e, ErrNotFound) && s.engine.evictable(s.engine.declared.Place(names[i])):
			left = append(left, names[i])
		case errors.Is(e, ErrNotFound):
			err = s.end()
		default:
			err = unavailable(e)
		}
	}
	return left, err
}

// reread reads the named variables again, because they have changed since they
// were read.
func (r *renewal) reread(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	of := r.s.engine.declared.Select(names...)
	v, err := r.s.lookOnce(ctx, of)
	switch {
	case err != nil:
		return err
	case v.standing != renewed || v.lost != nil:
		return r.s.end()
	}
	for i, name := range names {
		c := v.cells[i]
		if c.version == 0 && !r.s.engine.evictable(of.Places[i]) {
			return r.gone(ctx, of.Places[i])
		}
		// It was set, cleared or evicted since it was copied.
		r.changed = r.changed || !c.body.IsEnded()
		r.cells[name] = c
	}
	return nil
}

// gone returns the error for a listed variable that must be there and is
// missing. The variable was lost, unless EndAll has deleted it, and the record with
// it.
func (r *renewal) gone(ctx context.Context, place int) error {
	v, err := r.s.lookOnce(ctx, r.s.engine.declared.Select())
	switch {
	case err != nil:
		return err
	case v.standing == absent:
		return r.s.end()
	}
	return r.s.loseNow(ctx, r.s.engine.field(place), errMissing)
}
