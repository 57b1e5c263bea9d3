package runtime

import (
	"context"
	"errors"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// Login does what [Session.Renew] does, and the session belongs to the account from
// then on: List shows it, and EndAll and EndOthers end it. It also works on a new
// session. What was set before is stored together with the login, or not at all.
// account is the visitor's user id, or whatever else names the account for good: 1 to
// 256 bytes. It needs [Config].Keys. Variables of the session stay, as with Renew: if
// another visitor may have set them, as when the session belongs to another account,
// call Destroy before.
//
// The session lives as long as the options say, or else as configured, and its cookie
// ends with the browser, unless the options or the Config say otherwise: a login
// without [Remember] ends what an earlier one has asked for. If the session has ended
// meanwhile, as when the visitor clicks twice, or the app has called EndAll just
// before, Login makes a new session of what this request has set and not stored yet:
// the visitor has just proved who they are.
//
// It fails with [ErrUnavailable], [ErrConflict], [ErrTooLarge] or [ErrHeadersSent]; or
// with an error that names what is wrong with the account, an option or the Config.
// Then the visitor is not logged in, and nothing that this request sets is stored any
// more, be it set before or afterwards: Save, Update, Renew, EndOthers and the commit
// fail with the same error, until a Login or a Destroy succeeds. The session from
// before may live, or have ended.
func (s *Session) Login(ctx context.Context, account string, options ...RenewOption) error {
	err := s.login(ctx, account, options)
	if err != nil || s.rare != nil {
		s.extra().failed = err
	}
	return s.engine.noted(err)
}

func (s *Session) login(ctx context.Context, account string, options []RenewOption) error {
	o, err := s.engine.readOptions(options)
	if err != nil {
		return err
	}
	j, err := s.joining(account, o.labelOr(""), true)
	if err != nil {
		return err
	}
	life := o.life(sealed.Life{})
	if err := s.blocked(); err != nil {
		return err
	}
	op := operation.Begin(ctx)
	defer op.End()
	renewed := false
	if s.phase() == living {
		err := s.renew(op, life, j)
		if !errors.Is(err, ErrEnded) {
			return err
		}
		s.become(ended)
		renewed = errors.Is(err, errRenewed)
	}
	if s.phase() == ended {
		if !renewed {
			if err := s.finish(op); err != nil {
				return err
			}
		}
		s.startAnew()
		if j, err = s.joining(account, o.labelOr(""), true); err != nil {
			return err
		}
	}
	s.become(fresh) // a login may replace the cookie
	s.extra().life = life
	return s.createLogin(op, j)
}

// finish makes sure that a session that has ended for this request has ended for
// others, too: one that has lost a variable lives on for who does not read that, and
// the old cookie must not outlive a login.
func (s *Session) finish(ctx context.Context) error {
	e, id := s.engine, s.vault.ID()
	done, _, err := e.destroy(ctx, s.vault.Key, 0, s.readRecord)
	if done {
		s.tell(ctx, Event{Kind: EventDestroyed, ID: id})
		e.deleteRest(ctx, id)
	}
	return err
}

// createLogin stores a new session of an account, with what was set.
func (s *Session) createLogin(ctx context.Context, j *joining) error {
	writes, err := s.pendingWrites(nil)
	if err != nil {
		return err
	}
	if err := s.create(ctx, writes, j); err != nil {
		return err
	}
	s.written(writes)
	return nil
}

// startAnew makes a session new that has ended meanwhile. What was set stays
// pending; all else reads as not set.
func (s *Session) startAnew() {
	changed, former := s.changed, append(s.extra().former, s.vault.ID())
	s.forget()
	s.extra().former = former
	for _, v := range s.engine.variables {
		if st := v.state(s.owner); st == nil || !st.dirty {
			v.reset(s.owner)
		}
	}
	s.changed = changed
}
