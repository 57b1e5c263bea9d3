package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// load opens the session of t with all its variables that are not lazy: one
// round trip. A session that is not there, not opened by t, over, or not whole
// is a new one; nothing is deleted for it.
// What is wrong with it is told as an event. r is the request that it is for,
// nil outside net/http.
func (e *engine) load(ctx context.Context, t sealed.Token, r *request) (*Session, error) {
	s := e.newSession()
	s.request = r
	op := &s.loading
	op.Context = ctx
	defer op.End()
	s.vault = e.vault(t)
	v, err := s.look(op, e.eager)
	if err != nil {
		s.tell(ctx, Event{Kind: EventFailed, ID: t.ID, Err: err})
		return nil, err
	}
	if v.standing == renewed {
		s.leave()
		at := e.now()
		if r != nil && r.arrived != 0 {
			at = r.arrived.Time()
		}
		if v.guards(at) {
			s.become(ended)
		}
		return s, nil
	}
	if !s.accept(ctx, &v) {
		s.leave()
		s.lived = false
		return s, nil
	}
	s.touchIdle(op)
	return s, nil
}

// accept fills the session with what v holds. It reports false, and why as an
// event, if that is no living session.
func (s *Session) accept(ctx context.Context, v *view) bool {
	e := s.engine
	now := e.now()
	switch {
	case v.standing == absent:
		return false
	case v.standing == refused:
		s.tell(ctx, Event{Kind: EventRefused, ID: s.vault.ID()})
		return false
	case v.standing == malformed:
		s.lose(ctx, "", sealed.ErrRecord)
		return false
	case !now.Before(s.absolute(v.record)),
		e.config.IdleTimeout > 0 && !now.Before(s.idleEnd(v.record)):
		s.tell(ctx, Event{Kind: EventExpired, ID: s.vault.ID()})
		return false
	case v.lost != nil:
		s.lose(ctx, e.field(v.lostName), v.lost)
		return false
	}
	s.settle(v.record, v.version, v.cells)
	for i := range e.eager.Names {
		if err := s.decode(ctx, i, now); err != nil {
			s.lose(ctx, e.variables[i].def().field, err)
			return false
		}
	}
	return true
}

// decode sets the variable i to what its cell holds. What another
// declaration of the field stored is decoded if it can be, and reads as not
// set if not; an error means that what this declaration stored is broken.
func (s *Session) decode(ctx context.Context, i int, now time.Time) error {
	x, c := s.engine.variables[i], s.cell(i)
	d := x.def()
	if c.version == 0 || !s.record.ListsAt(i, d.name) || !c.body.ValueAt(now) {
		return nil
	}
	err := x.decode(s.owner, c.body.Encoding())
	if err != nil && c.body.Print() != d.print {
		s.tell(ctx, Event{Kind: EventChanged, ID: s.vault.ID(), Field: d.field})
		return nil
	}
	if err != nil {
		return errUndecodable
	}
	return nil
}

// errUndecodable stands for the decoder's own error, which might quote the
// value.
var errUndecodable = errors.New("value does not decode")

// touchIdle writes the last-seen time when a tenth of the idle time has
// passed since it was written last. Whoever wrote the record in between may
// have kept the old time, so it is tried again. A failure is no error: the next
// request tries, too.
func (s *Session) touchIdle(ctx context.Context) {
	if s.engine.config.IdleTimeout == 0 {
		return
	}
	now := s.engine.now()
	attempts := s.compete()
	defer attempts.Close()
	for s.touchDue(now) {
		err := next(ctx, attempts)
		if err == nil {
			err = s.touch(ctx, now)
		}
		switch {
		case err == nil, errors.Is(err, ErrExists):
		case errors.Is(err, ErrNotFound):
			return // what the request sets will meet this
		default:
			s.tell(ctx, Event{Kind: EventFailed, ID: s.vault.ID(), Err: unavailable(err)})
			return
		}
	}
}

// touchDue is asked only if there is an idle time.
func (s *Session) touchDue(now time.Time) bool {
	idle := s.engine.config.IdleTimeout
	return !now.Before(s.record.Seen.Time().Add(idle / 10))
}

// touch tries once, and reads the record first if another request has written
// it.
func (s *Session) touch(ctx context.Context, now time.Time) error {
	if s.recordVersion == 0 {
		v, err := s.look(ctx, sealed.NewSelection(nil))
		if err != nil {
			return err
		}
		if v.standing != alive {
			return ErrNotFound
		}
		if s.adopt(v, nil); !s.touchDue(now) {
			return nil
		}
	}
	r := s.record
	r.Seen = sealed.MomentOf(now)
	return s.swapRecord(ctx, r)
}

// fetch loads the lazy variable i, unless it is not set.
func (s *Session) fetch(ctx context.Context, i int) error {
	d := s.engine.variables[i].def()
	switch {
	case s.phase() == ended && s.lived:
		return ErrEnded
	case s.phase() != living || !s.record.Lists(d.name):
		return nil
	}
	if !s.cell(i).known {
		op := operation.Begin(ctx)
		defer op.End()
		if _, err := s.refresh(op, []string{d.name}); err != nil {
			return err
		}
	}
	if err := s.decode(ctx, i, s.engine.now()); err != nil {
		return s.loseNow(ctx, d.field, err)
	}
	return nil
}
