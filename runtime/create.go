package runtime

import (
	"context"
	"errors"
	"net/http"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// create stores a new session: it adds the record and all variables side by
// side, and sends the cookie only when all are acknowledged. If the session is to
// belong to an account, its login is put into the account's item then, before the
// cookie is sent. If there are writes and no account, but all of the writes leave
// their variable not set, nothing is stored. If storing fails, the id is never used
// again, because a late packet may still store parts of the session.
func (s *Session) create(ctx context.Context, writes []write, j *joining) error {
	if err := s.blocked(); err != nil {
		return err
	}
	now := s.engine.now()
	t := j.token()
	v, r := s.engine.newVault(t), sealed.NewRecord(s.engine.declared, now, s.lifeToBe())
	items := make([]Item, 1, 1+len(writes))
	for i := range writes {
		w := &writes[i]
		b, err := w.content(cell{known: true})
		if err != nil {
			return err
		}
		if !b.HasValue() {
			continue
		}
		name := w.variable.def().name
		r.Listed = r.Listed.With(w.index)
		items = append(items, variableItem(&v, name, b, 0, s.bodyExpires(r, b)))
	}
	if len(writes) > 0 && len(items) == 1 && j == nil {
		return nil
	}
	items[0] = recordItem(&v, r, 0, s.recordExpires(r))
	wait := j.readAside(ctx)
	err := s.add(ctx, &v, items)
	if wait(); err != nil {
		return err
	}
	if err := j.enter(ctx, t.ID, sealed.MomentOf(s.absolute(r))); err != nil {
		s.engine.drop(ctx, &copied{v, r}) // or else List might show it, for nobody has the token
		return err
	}
	s.vault = v
	s.settle(r, 0, nil) // the versions of the new keys are not known
	s.member = j.member()
	s.send(s.engine.cookie(t, r.Life))
	s.tell(ctx, Event{Kind: EventCreated, ID: v.ID()})
	return nil
}

// lifeToBe returns the life of the session that is to be created.
func (s *Session) lifeToBe() sealed.Life {
	if s.rare == nil {
		return sealed.Life{}
	}
	return s.rare.life
}

// add stores the items of the new id of v: first the record, then the variables.
func (s *Session) add(ctx context.Context, v *sealed.Vault, items []Item) error {
	for i, err := range s.engine.store.add(ctx, items) {
		switch {
		case err == nil:
		case i > 0 && errors.Is(err, ErrTooLarge):
			place := s.engine.declared.Place(v.NameOf(items[i].Key))
			return &FieldError{s.engine.field(place), err}
		default:
			return unavailable(err)
		}
	}
	return nil
}

// issue stores a new session even if nothing is set in it, and returns its
// cookie.
func (s *Session) issue(ctx context.Context) (*http.Cookie, error) {
	writes, err := s.pendingWrites(nil)
	if err != nil {
		return nil, err
	}
	op := operation.Begin(ctx)
	defer op.End()
	if err := s.create(op, writes, nil); err != nil {
		return nil, err
	}
	return s.Cookie(), nil
}
