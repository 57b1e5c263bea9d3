package runtime

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// endedFor is how long an ENDED mark stays in the store. The mark tells slow
// requests that their session was renewed, so it must stay longer than the
// longest operation and a tick of the cache's clock together.
const endedFor = time.Minute

// guardedFor is the time after a renewal in which a request with the old cookie
// can't set anything. A page sends its requests side by side: when login has
// answered one of them, the others must not replace the new cookie. A browser
// that still sends the old cookie after that time has never got the new one. It
// must be able to set something again, or it would be locked out. It is shorter
// than endedFor, because the guard ends with the mark.
const guardedFor = 10 * time.Second

// Renew gives the session a new id and a new secret, keeps its variables and
// lets its Lifetime start anew; variables with a ttl keep their deadlines. Call
// it at login and at every other change of what the visitor may do, so that
// nobody who knew the old cookie gains by it (session fixation; OWASP ASVS
// 7.2.4). The old cookie opens nothing any more when Renew returns. What was
// set and is not stored yet is stored with it; if Renew fails, it stays pending.
// Renew does nothing to a new session.
// If the request came with a cookie that another renewal has replaced, its
// session is a new one from now on.
//
// What other requests of the visitor set meanwhile is carried over, or fails
// with [ErrEnded]. Renew itself fails with ErrEnded if it finds that another
// request has renewed or destroyed the session, and with [ErrUnavailable],
// [ErrConflict], [ErrTooLarge] or [ErrHeadersSent]; or with an error that names what
// is wrong with an option.
func (s *Session) Renew(ctx context.Context, options ...RenewOption) error {
	o, err := s.engine.readOptions(options)
	if err != nil {
		return err
	}
	switch s.phase() {
	case guarded:
		s.become(fresh) // a login may replace the cookie
		fallthrough
	case fresh:
		if life := o.life(s.lifeToBe()); life != (sealed.Life{}) {
			s.extra().life = life
		}
		return nil
	case ended:
		return ErrEnded
	}
	j, err := s.staying(&o)
	if err != nil {
		return err
	}
	op := operation.Begin(ctx)
	defer op.End()
	return s.renew(op, o.life(s.record.Life), j)
}

// renew moves a living session to a new id. j is how it becomes, or stays, one of
// an account's sessions; nil for no account.
func (s *Session) renew(ctx context.Context, life sealed.Life, j *joining) error {
	if err := s.blocked(); err != nil {
		return err
	}
	if err := s.unpackAll(ctx); err != nil {
		return err
	}
	writes, err := s.pendingWrites(nil)
	if err != nil {
		return err
	}
	if err := s.checkRoom(writes); err != nil {
		return err
	}
	r := renewal{s: s, life: life, joining: j, writes: writes, cells: map[string]cell{}}
	if err := r.gather(ctx); err != nil {
		return err
	}
	if err := r.joining.beside(ctx, func() error { return r.copy(ctx) }); err != nil {
		return err
	}
	if err := r.move(ctx); err != nil {
		s.doubtful = true // the record may be marked already
		if !errors.Is(err, ErrUnavailable) {
			r.drop(ctx)
		}
		return err
	}
	s.vault = r.vault
	s.settle(r.record, 0, nil) // the versions of the new keys are not known
	s.written(writes)
	s.member = j.member()
	s.send(s.engine.cookie(r.token, life))
	s.tell(ctx, Event{Kind: EventRenewed, ID: r.vault.ID()})
	return nil
}

// guards tells whether a request with the old cookie that came at the given
// time is within guardedFor of the renewal. If a variable is marked but the
// record is not, the renewal is under way: the record was read before the
// variable, and before it was marked. Then the request is within that time,
// too.
func (v *view) guards(came time.Time) bool {
	return !v.record.Ended || came.Before(v.record.Seen.Time().Add(guardedFor))
}

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

func (e *engine) drop(ctx context.Context, c *copied) { e.config.Store.Delete(ctx, c.keys(e)) }

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
	version := uint64(0)
	err := r.joining.beside(ctx, func() error {
		var wg sync.WaitGroup
		var failed error
		wg.Go(func() { version, _, failed = r.s.engine.readMark(ctx, r.first.vault.ID()) })
		err := r.copy(ctx)
		wg.Wait()
		return cmp.Or(err, failed)
	})
	switch {
	case err != nil:
		return err
	case version == 0:
		return r.s.end() // it was destroyed
	}
	var entered error
	var wg sync.WaitGroup
	if r.joining != nil {
		wg.Go(func() { entered = r.enter(ctx) })
	}
	if variables := r.first.keys(r.s.engine)[1:]; len(variables) > 0 {
		wg.Go(func() { r.s.engine.config.Store.Delete(ctx, variables) })
	}
	now := r.s.engine.now()
	mark := recordItem(&r.first.vault, r.first.record.End(now, r.token.ID), version, now.Add(endedFor))
	err = r.s.engine.config.Store.Swap(ctx, []Item{mark})[0]
	wg.Wait()
	switch {
	case errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
		return r.s.end()
	case err != nil:
		return unavailable(err)
	}
	return entered
}

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
		err := s.engine.config.Store.Swap(ctx, []Item{item})[0]
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
// missing. The variable was lost, unless EndAll has deleted it, and the record
// before it.
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
