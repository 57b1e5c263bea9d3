package runtime

import (
	"context"
	"errors"
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
// set and is not stored yet stays pending. Renew does nothing to a new session.
// If the request came with a cookie that another renewal has replaced, its
// session is a new one from now on.
//
// What other requests of the visitor set meanwhile is carried over, or fails
// with [ErrEnded]. Renew itself fails with ErrEnded if it finds that another
// request has renewed or destroyed the session, and with [ErrUnavailable],
// [ErrConflict] or [ErrHeadersSent].
func (s *Session) Renew(ctx context.Context) error {
	switch {
	case s.phase() == guarded:
		s.become(fresh) // a login may replace the cookie
		return nil
	case s.phase() == fresh:
		return nil
	case s.phase() == ended:
		return ErrEnded
	}
	if err := s.blocked(); err != nil {
		return err
	}
	if err := s.unpackAll(ctx); err != nil {
		return err
	}
	op := operation.Begin(ctx)
	defer op.End()
	r := renewal{s: s, cells: map[string]cell{}}
	if err := r.gather(op); err != nil {
		return err
	}
	if err := r.copy(op); err != nil {
		return err
	}
	if err := r.bury(op); err != nil {
		s.doubtful = true // the record may be marked already
		if !errors.Is(err, ErrUnavailable) {
			r.drop(op)
		}
		return err
	}
	if r.changed {
		r.drop(op)
		if err := r.copy(op); err != nil {
			return err // all is marked, so that a write finds out
		}
	}
	s.vault = r.vault
	s.settle(r.record, 0, nil) // the versions of the new keys are not known
	s.send(s.engine.cookie(r.token, s.engine.config.Lifetime))
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
// stores it under a new id and secret, and bury swaps ENDED marks in for what
// is stored under the old id. The old record is marked first, so that no more
// names are listed, and then each old variable, so that nothing more is set. If
// a version shows that another request has written in between, the copy is made
// again, under another new id.
//
// Where a Destroy of the same session comes between the steps, it depends on how
// far they are:
//   - Before the old record is marked, its swap, or a read, finds it absent: the
//     renewal fails with ErrEnded, and drops its copy.
//   - Before all old variables are marked, a swap of one finds it absent, and so
//     is the record: the same.
//   - Afterwards Destroy deletes the marks, and the renewal succeeds: it was
//     first, and the visitor gets the new session's cookie.
type renewal struct {
	s       *Session
	cells   map[string]cell // what the listed variables hold, by name
	token   sealed.Token    // of the copy
	vault   sealed.Vault    // of the copy
	record  sealed.Record   // of the copy
	changed bool            // another request has written since the copy was made
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
// copied as they are, also those of variables that only other builds declare. A
// variable that is not set is not listed in the copy. A variable that is
// missing and that this build does not declare stays listed, because another
// build may know that it must be there.
func (r *renewal) copy(ctx context.Context) error {
	s, now := r.s, r.s.engine.now()
	r.token = sealed.NewToken()
	r.vault, r.record = s.engine.vault(r.token), sealed.NewRecord(s.engine.declared, now)
	r.changed = false
	items := make([]Item, 1, 1+s.record.Listed.Len())
	for _, name := range s.record.Listed.Names() {
		c := r.cells[name]
		switch {
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

// drop deletes the copy, whose token nobody has. If the deletion fails, the
// copy stays until it expires.
func (r *renewal) drop(ctx context.Context) {
	e := r.s.engine
	e.config.Store.Delete(ctx, r.vault.Query(e.declared.Select(r.record.Listed.Names()...)).Keys())
}

// bury swaps ENDED marks in for the record and the variables of the old id.
func (r *renewal) bury(ctx context.Context) error {
	if err := r.buryRecord(ctx); err != nil {
		return err
	}
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
		item := recordItem(&s.vault, s.record.End(now), s.recordVersion, now.Add(endedFor))
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
// missing. The variable was lost, unless Destroy has deleted it: Destroy
// deletes the record before the variables.
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
