package runtime

import (
	"cmp"
	"context"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// load opens the session of t. It reads the record, every variable that is not
// lazy, and the account if the session belongs to one, in one round trip. If the session is absent, is not opened by t, is
// over or is not whole, load returns a new session and deletes nothing. An
// event says why, unless the session is absent. A session that was renewed is
// returned as guarded if the request came within guardedFor of the renewal, and
// otherwise as new. r is the request that the session is for, nil outside
// net/http.
func (e *engine) load(ctx context.Context, t sealed.Token, r *request) (*Session, error) {
	e.counts.loads.Add(1)
	s := e.newSession()
	s.request = r
	op := &s.loading
	op.Context = ctx
	defer op.End()
	s.vault = e.vault(t)
	v, err := s.look(op, e.eager)
	if err != nil {
		s.tell(ctx, Event{Kind: EventFailed, ID: t.ID, Err: err})
		return nil, e.noted(err)
	}
	if v.standing == renewed {
		e.counts.outdated.Add(1)
		s.leave()
		s.extra().former = []string{cmp.Or(v.record.Successor, t.ID)}
		at := e.now()
		if r != nil && r.arrived != 0 {
			at = r.arrived.Time()
		}
		if v.guards(at) {
			s.become(guarded)
		}
		return s, nil
	}
	if !s.accept(ctx, &v) {
		s.leave()
		s.lived = false // the handler has seen nothing of it
		return s, nil
	}
	e.counts.hits.Add(1)
	s.touchIdle(op)
	s.touchSeen(op)
	return s, nil
}

// accept fills the session with what v holds. If v does not hold a living
// session, accept reports false, and an event says why, unless the session is
// absent.
func (s *Session) accept(ctx context.Context, v *view) bool {
	e := s.engine
	now := e.now()
	switch {
	case v.standing == absent:
		e.counts.absent.Add(1)
		return false
	case v.standing == refused:
		s.tell(ctx, Event{Kind: EventRefused, ID: s.vault.ID()})
		return false
	case v.standing == malformed:
		s.lose(ctx, "", sealed.ErrRecord)
		return false
	case v.standing == unlisted && v.account.err == errUnlisted:
		s.tell(ctx, Event{Kind: EventEnded, ID: s.vault.ID()})
		return false
	case v.standing == unlisted:
		s.lose(ctx, "", v.account.err)
		return false
	case !now.Before(s.absolute(v.record)),
		e.config.IdleTimeout > 0 && !now.Before(s.idleEnd(v.record)):
		s.tell(ctx, Event{Kind: EventExpired, ID: s.vault.ID()})
		return false
	case v.lost != nil:
		s.lose(ctx, v.lostField, v.lost)
		return false
	}
	s.settle(v.record, v.version, v.cells)
	if v.account != nil {
		s.belong(v.account)
	}
	for i := range e.eager.Places {
		if x := e.variables[i]; x.def().packed && s.holds(i, now) && s.cells[i].body.Print() == x.def().print {
			*x.state(s.owner) = state{set: true, packed: uint32(i) + 1}
		} else if err := s.decode(ctx, i, now); err != nil {
			s.lose(ctx, x.def().field, err)
			return false
		}
	}
	return true
}

// fetch loads the lazy variable i if it is set.
func (s *Session) fetch(ctx context.Context, i int) error {
	d := s.engine.variables[i].def()
	switch {
	case s.phase() == ended:
		return ErrEnded
	case s.phase() != living || !s.record.Listed.Has(i):
		return nil
	}
	if !s.cell(i).known {
		op := operation.Begin(ctx)
		defer op.End()
		if _, err := s.refresh(op, s.engine.declared.Select(d.name)); err != nil {
			return err
		}
	}
	if err := s.decode(ctx, i, s.engine.now()); err != nil {
		return s.loseNow(ctx, d.field, err)
	}
	return nil
}
