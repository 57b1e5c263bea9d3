package runtime

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A renewal moves a session in three steps: gather reads everything, copy
// stores it under a new id and secret, and move ends what is stored under the old
// id, which it swaps for ENDED marks. The old record is marked first, so that no
// more names are listed, and then each old variable, so that nothing more is set.
// Meanwhile the account's item gets the new id in the place of the old one, if the
// session belongs to an account. If a version shows that another request has written
// in between, the copy is made again, under another new id.
//
// The mark in the place of the old record names the copy, so that whoever ends the
// session by its old id finds the new one. Where a Destroy, or another end, of the
// same session comes between the steps, it depends on how far they are:
//   - Before the old record is marked, its swap, or a read, finds it destroyed: the
//     renewal fails with ErrEnded, and drops its copy.
//   - Afterwards it is the copy that is destroyed. The renewal may succeed, but the
//     visitor's cookie opens nothing: the renewal came first, and then the end.
//   - When the copy is made again, the first one is marked, too, and names the
//     second one. If it was destroyed before, the renewal fails with ErrEnded.
type renewal struct {
	s       *Session
	life    sealed.Life
	joining *joining        // nil if the session will belong to no account
	writes  []write         // what the request has set: only the copy holds it
	cells   map[string]cell // what the listed variables hold, by name
	token   sealed.Token    // of the copy
	copied                  // the copy
	first   *copied         // an earlier copy, in whose place the copy is
	changed bool            // another request has written since the copy was made
}

// A copied is what is stored of a session under a new id.
type copied struct {
	vault  sealed.Vault
	record sealed.Record
}

// gather reads the listed variables whose content this request does not know:
// lazy ones, ones that the request has written, and ones that this build does
// not declare.
func (r *renewal) gather(ctx context.Context) error {
	s := r.s
	for {
		var names []string
		for _, name := range s.record.Listed.Names() {
			if _, ok := r.cells[name]; ok {
				continue
			}
			if i := s.engine.declared.Place(name); i >= 0 && s.cell(i).known {
				r.cells[name] = *s.cell(i)
				continue
			}
			names = append(names, name)
		}
		if len(names) == 0 && s.recordVersion != 0 {
			return nil
		}
		v, err := s.refresh(ctx, s.engine.declared.Select(names...))
		if err != nil {
			return err
		}
		for i, name := range names {
			r.cells[name] = v.cells[i]
		}
	}
}

// copy stores a copy of the session under a fresh id and secret. Values are
// copied as they are, also those of variables that only other builds declare,
// except where the request has set something else. A variable that is not set is not
// listed in the copy. A variable that is missing and that this build does not
// declare stays listed, because another build may know that it must be there.
func (r *renewal) copy(ctx context.Context) error {
	s, now := r.s, r.s.engine.now()
	r.token = r.joining.token()
	r.copied = copied{s.engine.newVault(r.token), sealed.NewRecord(s.engine.declared, now, r.life)}
	r.changed = false
	items := make([]Item, 1, 1+s.record.Listed.Len()+len(r.writes))
	for i := range r.writes {
		if w := &r.writes[i]; w.body.HasValue() {
			r.record.Listed = r.record.Listed.With(w.index)
			items = append(items, variableItem(&r.vault, w.name(), w.body, 0, s.bodyExpires(r.record, w.body)))
		}
	}
	for _, name := range s.record.Listed.Names() {
		c := r.cells[name]
		switch {
		case slices.ContainsFunc(r.writes, func(w write) bool { return w.name() == name }):
			continue
		case c.version != 0 && c.body.ValueAt(now):
			items = append(items, variableItem(&r.vault, name, c.body, 0, s.bodyExpires(r.record, c.body)))
		case c.version != 0 || s.engine.declared.Place(name) >= 0:
			continue
		}
		r.record.Listed = r.record.Listed.WithName(name)
	}
	items[0] = recordItem(&r.vault, r.record, 0, s.recordExpires(r.record))
	return s.add(ctx, &r.vault, items)
}

// drop deletes what was copied, whose tokens nobody has. If that fails, it stays
// until it expires.
func (r *renewal) drop(ctx context.Context) {
	r.joining.undo(ctx)
	r.s.engine.drop(ctx, &r.copied)
	if r.first != nil {
		r.s.engine.drop(ctx, r.first)
	}
}

func (e *engine) drop(ctx context.Context, c *copied) { e.store.delete(ctx, c.keys(e)) }

// keys returns the keys of the record and of the variables.
func (c *copied) keys(e *engine) []string {
	return c.vault.Keys(e.declared.Select(c.record.Listed.Names()...))
}

// move swaps ENDED marks in for the record and the variables of the old id, and lets
// the account list the new id.
func (r *renewal) move(ctx context.Context) error {
	if err := r.buryRecord(ctx); err != nil {
		return err
	}
	var entered error
	var wg sync.WaitGroup
	if r.joining != nil {
		wg.Go(func() { entered = r.enter(ctx) })
	}
	err := r.buryAll(ctx)
	wg.Wait()
	if err == nil {
		err = entered
	}
	if err == nil && r.changed {
		err = r.copyAnew(ctx)
	}
	if err == nil {
		err = r.joining.quit(ctx)
	}
	return err
}

// enter lets the account list the copy.
func (r *renewal) enter(ctx context.Context) error {
	return r.joining.enter(ctx, r.vault.ID(), sealed.MomentOf(r.s.absolute(r.record)))
}

// copyAnew makes another copy, because the session has changed since the first one
// was made, and marks the first one as renewed, too: the mark of the old record
// leads there.
func (r *renewal) copyAnew(ctx context.Context) error {
	r.first = new(r.copied)
	var version uint64
	var failed, entered error
	var wg sync.WaitGroup
	wait := r.joining.readAside(ctx)
	wg.Go(func() { version, _, failed = r.s.engine.readMark(ctx, r.first.vault.ID()) })
	err := r.copy(ctx)
	wait()
	wg.Wait()
	switch err = cmp.Or(err, failed); {
	case err != nil:
		return err
	case version == 0:
		return r.s.end() // it was destroyed
	}
	if r.joining != nil {
		wg.Go(func() { entered = r.enter(ctx) })
	}
	if variables := r.first.keys(r.s.engine)[1:]; len(variables) > 0 {
		wg.Go(func() { r.s.engine.store.delete(ctx, variables) })
	}
	now := r.s.engine.now()
	mark := recordItem(&r.first.vault, r.first.record.End(now, r.token.ID), version, now.Add(endedFor))
	err = r.s.engine.store.swap(ctx, []Item{mark})[0]
	wg.Wait()
	switch {
	case errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
		return r.s.end()
	case err != nil:
		return unavailable(err)
	}
	return entered
}
