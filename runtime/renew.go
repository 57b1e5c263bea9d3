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
// set and is not stored yet is stored with it; if Renew fails, it stays pending.
// A new session has nothing to renew, and keeps the options for when it is stored.
// If the request came with a cookie that another renewal has replaced, its
// session is a new one from now on.
//
// What other requests of the visitor set meanwhile is carried over, or fails
// with [ErrEnded]. Renew itself fails with ErrEnded if it finds that another
// request has renewed or ended the session, or that the store has lost it, and with [ErrUnavailable],
// [ErrConflict], [ErrTooLarge] or [ErrHeadersSent]; with the error of a Login that has
// failed in this request; or with one that names what is wrong with an option or the
// lifetime.
func (s *Session) Renew(ctx context.Context, options ...RenewOption) error {
	return s.engine.noted(s.renewWith(ctx, options))
}

func (s *Session) renewWith(ctx context.Context, options []RenewOption) error {
	if err := s.loginFailed(); err != nil {
		return err
	}
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
	var j *joining
	if m := s.member; m != nil {
		if j, err = s.joining(m.name, o.labelOr(m.login.Label), false); err != nil {
			return err
		}
	}
	op := operation.Begin(ctx)
	defer op.End()
	life := o.life(s.record.Life)
	if err := s.engine.checkLife(life); err != nil {
		return err
	}
	return s.renew(op, life, j)
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
	wait := j.readAside(ctx)
	err = r.copy(ctx)
	if wait(); err != nil {
		return err
	}
	if err := j.check(); err != nil {
		r.drop(ctx)
		return err
	}
	if err := r.move(ctx); err != nil {
		s.doubtful = true // the record may be marked already
		// Nobody has the copy's token. What no account lists may as well expire, where
		// the store does not answer; but a login whose outcome is not known would be
		// shown by List for as long as its session is there.
		if j != nil || !errors.Is(err, ErrUnavailable) {
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
