package runtime

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A write is one variable on its way into a living session.
type write struct {
	index    int // of the variable
	variable variable

	// body is what to store, unless make returns it, given what the store
	// holds. make is called anew when that has changed.
	body sealed.Body
	make func(cell) (sealed.Body, error)

	// looked tells that the key was read after a conflict, so that its cell
	// is known even if it is not listed.
	looked bool
}

func (w *write) name() string { return w.variable.def().name }

func (w *write) content(c cell) (sealed.Body, error) {
	if w.make == nil {
		return w.body, nil
	}
	return w.make(c)
}

// namesOf returns the names of the writes' variables.
func namesOf(writes []write) []string {
	names := make([]string, len(writes))
	for i := range writes {
		names[i] = writes[i].name()
	}
	return names
}

// store stores the writes in a living session: each variable under its own key,
// side by side, and then, in the record, the names that it does not list yet.
// Nothing is ever set blindly: a key is added where it was absent, or swapped for
// the version that was read. So a late packet overwrites nothing newer, and
// brings no deleted session back.
//
// A first set is part of the variable's history as soon as its key is written:
// later writers swap that version. The listing alone is left to do, and any of
// the writers may be the one to do it.
func (s *Session) store(ctx context.Context, writes []write) error {
	if s.doubtful {
		if _, err := s.refresh(ctx, nil); err != nil {
			return err
		}
		s.doubtful = false
	}
	if s.listsAll(writes) {
		return s.storeVariables(ctx, writes)
	}
	names := namesOf(writes)
	if err := s.checkRoom(names); err != nil {
		return err
	}
	seen := func() view { return view{} }
	if s.recordVersion == 0 {
		seen = s.lookAside(ctx)
		defer seen() // an update's function may panic, and nothing may go on beside what the handler does then
	}
	err := s.storeVariables(ctx, writes)
	if v := seen(); v.standing == alive && s.recordVersion == 0 {
		s.adopt(v, nil)
	}
	if err != nil {
		return err
	}
	return s.list(ctx, names)
}

// listsAll tells whether the record lists the variables of the writes.
func (s *Session) listsAll(writes []write) bool {
	for i := range writes {
		if !s.record.Lists(writes[i].name()) {
			return false
		}
	}
	return true
}

// checkRoom refuses names for which the record has no room: it would be stored,
// and then refused by whoever reads it.
func (s *Session) checkRoom(names []string) error {
	total := len(s.record.Names)
	for _, name := range names {
		if !s.record.Lists(name) {
			if total++; total > sealed.MaxNames {
				return &FieldError{s.engine.field(name), fmt.Errorf("%w: the session would have %d variables, those of other builds included, of %d allowed", ErrTooLarge, total, sealed.MaxNames)}
			}
		}
	}
	return nil
}

// lookAside begins to read the record, whose version is not known because this
// request has written it before, while the variables are stored. The function
// that it returns waits for the view, which is the zero view if reading failed.
func (s *Session) lookAside(ctx context.Context) func() view {
	aside := make(chan view, 1)
	go func() {
		v, _ := s.look(ctx, sealed.NewSelection(nil))
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
		if writes, err = s.put(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// lookUp reads the keys of those writes whose version is needed and not known.
// A variable that is not listed is first tried without one: its key is most
// likely absent.
func (s *Session) lookUp(ctx context.Context, writes []write) error {
	var names []string
	for i := range writes {
		w := &writes[i]
		if c := s.cell(w.index); !c.known && (w.looked || s.record.Lists(w.name())) {
			names = append(names, w.name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	_, err := s.refresh(ctx, names)
	return err
}

// put sends the writes once and returns those that met another version.
func (s *Session) put(ctx context.Context, writes []write) (left []write, err error) {
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
	for i, e := range s.engine.put(ctx, items) {
		w := writes[i]
		*s.cell(w.index) = cell{written: true}
		switch {
		case e == nil:
		case errors.Is(e, ErrExists), errors.Is(e, ErrNotFound):
			w.looked = true
			left = append(left, w)
		case errors.Is(e, ErrTooLarge):
			err = &FieldError{w.variable.def().field, e}
		default:
			err = unavailable(e)
		}
	}
	return left, err
}

// list makes the record list the names.
func (s *Session) list(ctx context.Context, names []string) error {
	attempts := s.compete()
	defer attempts.Close()
	for !s.record.ListsAll(names) {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		if s.recordVersion == 0 {
			v, err := s.look(ctx, sealed.NewSelection(nil))
			switch {
			case err != nil:
				return err
			case v.standing == renewed && v.record.ListsAll(names):
				s.become(ended) // Renew has carried them over
				return nil
			case v.standing != alive:
				return s.end()
			}
			if s.adopt(v, nil); s.record.ListsAll(names) {
				return nil
			}
		}
		if err := s.checkRoom(names); err != nil {
			return err
		}
		if err := s.swapRecord(ctx, s.record.With(names...)); errors.Is(err, ErrNotFound) {
			return s.end()
		} else if err != nil && !errors.Is(err, ErrExists) {
			return unavailable(err)
		}
	}
	return nil
}

// swapRecord replaces the record if it still has the version known.
func (s *Session) swapRecord(ctx context.Context, r sealed.Record) error {
	item := recordItem(&s.vault, r, s.recordVersion, s.recordExpires(r))
	s.recordVersion = 0
	err := s.engine.config.Store.Swap(ctx, []Item{item})[0]
	if err == nil {
		s.record = r
	}
	return err
}
