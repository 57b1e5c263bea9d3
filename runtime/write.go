package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A write is one variable that is about to be stored.
type write struct {
	index    int // of the variable
	variable variable

	// body is what to store if make is nil. Otherwise make returns what to
	// store, given what the store holds. It is called again when the store
	// holds something else by then.
	body sealed.Body
	make func(cell) (sealed.Body, error)

	// lookUp tells that an attempt met a conflict, so that the key must be read
	// before the next attempt even if the record does not list the variable.
	lookUp bool
}

func (w *write) name() string { return w.variable.def().name }

func (w *write) content(c cell) (sealed.Body, error) {
	if w.make == nil {
		return w.body, nil
	}
	return w.make(c)
}

// store stores the writes in a living session. First it stores the variables
// side by side, each under its own key. Then it adds to the record the names
// that the record does not list yet. No write is blind: a key that was absent
// is added, and any other key is swapped if it still has the version that was
// read. So a late packet overwrites nothing newer, and brings no deleted
// session back.
//
// A first set has its place in the order of the variable's writes as soon as
// its key is written: later writers swap the version that it has stored. Only
// the name remains to be listed then, and any of the writers may list it.
func (s *Session) store(ctx context.Context, writes []write) error {
	if s.doubtful {
		if _, err := s.refresh(ctx, s.engine.declared.Select()); err != nil {
			return err
		}
		s.doubtful = false
	}
	if listsAll(s.record, writes) {
		return s.storeVariables(ctx, writes)
	}
	if err := s.checkRoom(writes); err != nil {
		return err
	}
	seen := func() view { return view{} }
	if s.recordVersion == 0 {
		seen = s.lookAside(ctx)
		defer seen() // an update's function may panic, and the read must be over before the handler goes on
	}
	err := s.storeVariables(ctx, writes)
	if v := seen(); v.standing == alive && s.recordVersion == 0 {
		s.adopt(v, sealed.Selection{})
	}
	if err != nil {
		return err
	}
	return s.list(ctx, writes)
}

// listsAll tells whether r lists the variables of the writes.
func listsAll(r sealed.Record, writes []write) bool {
	for i := range writes {
		if !r.Listed.Has(writes[i].index) {
			return false
		}
	}
	return true
}

// checkRoom refuses writes for whose names the record has no room. A record with
// too many names would be stored, and every later read would refuse it.
func (s *Session) checkRoom(writes []write) error {
	total := s.record.Listed.Len()
	for i := range writes {
		if w := &writes[i]; !s.record.Listed.Has(w.index) {
			if total++; total > sealed.MaxNames {
				return &FieldError{w.variable.def().field, fmt.Errorf("%w: the session would have %d variables, those of other builds included, of %d allowed", ErrTooLarge, total, sealed.MaxNames)}
			}
		}
	}
	return nil
}

// lookAside begins to read the record, so that the caller can store the
// variables meanwhile. It is for a record whose version is not known because
// this request has written the record before. The function that lookAside
// returns waits for the view and returns it, or the zero view if the read
// failed.
func (s *Session) lookAside(ctx context.Context) func() view {
	aside := make(chan view, 1)
	go func() {
		v, _ := s.look(ctx, s.engine.declared.Select())
		aside <- v
	}()
	return sync.OnceValue(func() view { return <-aside })
}

// storeVariables stores each write under its key.
func (s *Session) storeVariables(ctx context.Context, writes []write) error {
	attempts := s.compete()
	defer attempts.Close()
	for len(writes) > 0 {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		if err := s.lookUp(ctx, writes); err != nil {
			return err
		}
		var err error
		if writes, err = s.attempt(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// lookUp reads the keys whose version a write needs and does not know. A
// variable that is not listed is first tried without a version, because its key
// is most likely absent.
func (s *Session) lookUp(ctx context.Context, writes []write) error {
	var names []string
	for i := range writes {
		w := &writes[i]
		if c := s.cell(w.index); !c.known && (w.lookUp || s.record.Listed.Has(w.index)) {
			names = append(names, w.name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err := s.refresh(ctx, s.engine.declared.Select(names...))
	return err
}

// attempt sends the writes once. It returns the writes whose key has another
// version than expected, or none.
func (s *Session) attempt(ctx context.Context, writes []write) (left []write, err error) {
	items := make([]Item, len(writes))
	for i := range writes {
		w := &writes[i]
		c := *s.cell(w.index)
		b, err := w.content(c)
		if err != nil {
			return nil, err
		}
		items[i] = variableItem(&s.vault, w.name(), b, c.version, s.bodyExpires(s.record, b))
	}
	for i, outcome := range s.engine.put(ctx, items) {
		w := writes[i]
		*s.cell(w.index) = cell{written: true}
		switch {
		case outcome == nil:
		case errors.Is(outcome, ErrExists), errors.Is(outcome, ErrNotFound):
			w.lookUp = true
			left = append(left, w)
		case errors.Is(outcome, ErrTooLarge):
			err = &FieldError{w.variable.def().field, outcome}
		default:
			err = unavailable(outcome)
		}
	}
	return left, err
}

// list makes the record list the variables of the writes.
func (s *Session) list(ctx context.Context, writes []write) error {
	attempts := s.compete()
	defer attempts.Close()
	for !listsAll(s.record, writes) {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		if s.recordVersion == 0 {
			v, err := s.look(ctx, s.engine.declared.Select())
			switch {
			case err != nil:
				return err
			case v.standing == renewed && listsAll(v.record, writes):
				s.become(ended) // Renew has carried the variables over
				return nil
			case v.standing != alive:
				return s.end()
			}
			if s.adopt(v, sealed.Selection{}); listsAll(s.record, writes) {
				return nil
			}
		}
		if err := s.checkRoom(writes); err != nil {
			return err
		}
		r := s.record
		for i := range writes {
			r.Listed = r.Listed.With(writes[i].index)
		}
		if err := s.swapRecord(ctx, r); errors.Is(err, ErrNotFound) {
			return s.end()
		} else if err != nil && !errors.Is(err, ErrExists) {
			return unavailable(err)
		}
	}
	return nil
}

// swapRecord stores r in place of the record if that still has the version that
// the session knows. The version of what it stores is not known.
func (s *Session) swapRecord(ctx context.Context, r sealed.Record) error {
	item := recordItem(&s.vault, r, s.recordVersion, s.recordExpires(r))
	s.recordVersion = 0
	err := s.engine.store.swap(ctx, []Item{item})[0]
	if err == nil {
		s.record = r
	}
	return err
}
