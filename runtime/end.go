package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/contest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// End ends the session with this id, which Session.ID and List tell. When it
// returns, the session's cookie opens nothing any more, and requests that have
// loaded it before get [ErrEnded] for what they set. If the session was renewed, a
// minute ago at most, what it has become ends, too. A session that is not there is
// no error. Whose session it is End does not ask: an app that lets a visitor choose
// must look into List first.
//
// It fails with [ErrUnavailable] or [ErrConflict]; if id does not have the form of
// one; or if the session belongs to an account and there are no [Config].Keys.
func (m *Manager[S]) End(ctx context.Context, id string) error {
	return m.engine.noted(m.engine.end(ctx, id))
}

// EndAll ends all sessions of an account: when its password was changed by
// somebody else, or the account is disabled. When it returns, no session opens any
// more that had logged in before, and requests that have loaded one before get
// [ErrEnded] for what they set. For the latter, what is stored of the sessions is
// deleted; if the store fails at that, an [Event] tells, and nothing shows what such
// requests set. An account without sessions is no error.
//
// It fails with [ErrUnavailable] or [ErrConflict], or with an error that says what is
// wrong with the account or the Config.
func (m *Manager[S]) EndAll(ctx context.Context, account string) error {
	return m.engine.noted(m.engine.endAll(ctx, account))
}

// EndOthers ends all other sessions of the account that the session belongs to. Call
// it when the visitor has changed a password or another factor (OWASP ASVS 7.4.3).
// It is as [Manager.EndAll] otherwise.
//
// It fails with [ErrUnavailable], [ErrConflict] or, if the session has ended
// meanwhile, [ErrEnded]; with the error of a Login that has failed in this request; or
// if the session belongs to no account.
func (s *Session) EndOthers(ctx context.Context) error { return s.engine.noted(s.endOthers(ctx)) }

func (s *Session) endOthers(ctx context.Context) error {
	if err := s.loginFailed(); err != nil {
		return err // the session is not of the account that the app thinks of
	}
	switch p := s.phase(); {
	case p == ended, p == guarded:
		return ErrEnded
	case s.engine.ring.Len() == 0:
		return errNoKeys
	case s.member == nil:
		return errors.New("sessiongen: EndOthers needs a session that belongs to an account: call Login before")
	}
	op := operation.Begin(ctx)
	defer op.End()
	places, err := s.engine.accounts(s.member.name)
	if err != nil {
		return err
	}
	// The place that must list the session comes first: if it does not, nothing is
	// ended.
	own := &s.member.account
	places = slices.DeleteFunc(places, func(a *account) bool { return a.key() == own.key() })
	err = s.engine.clear(op, slices.Concat([]*account{own}, places), &s.member.login)
	if errors.Is(err, ErrEnded) {
		s.end()
	}
	return err
}

func (e *engine) end(ctx context.Context, id string) error {
	switch {
	case !sealed.ValidID(id) && (len(id) > kv.IDLength || strings.Trim(id, "0123456789abcdefABCDEF-") != ""):
		// It may be a cookie, or a part of one, which holds a secret.
		return fmt.Errorf("sessiongen: what was given, of %d bytes, is not the id of a session", len(id))
	case !sealed.ValidID(id):
		return fmt.Errorf("sessiongen: %q is not the id of a session", id)
	case sealed.PlaceOf(id) != "" && e.ring.Len() == 0:
		return errNoKeys
	}
	op := operation.Begin(ctx)
	defer op.End()
	return e.endID(op, id)
}

func (e *engine) endAll(ctx context.Context, name string) error {
	places, err := e.accounts(name)
	if err != nil {
		return err
	}
	slices.Reverse(places) // see clear
	op := operation.Begin(ctx)
	defer op.End()
	return e.clear(op, places, nil)
}

// clear ends the sessions of an account, in each of its places, in that order, except
// for the one that keep, if it is not nil, is the login of. The first place must list
// that one.
//
// A renewal can move a session from the place of an old key to that of the first
// one: it enters there, and then it leaves the other. So a first place that comes last
// hides nobody. But EndOthers begins with that of its own session; and while the keys
// are being changed, processes may not agree which key is the first. A session can
// move to a place then that clear has left already. So if there are several, clear
// looks once more for who had logged in before it began, and again for as long as it
// finds somebody. Only one that is moved back and forth, three times while clear looks,
// by processes of both kinds, could hide from that.
func (e *engine) clear(ctx context.Context, places []*account, keep *sealed.Login) error {
	began := sealed.MomentOf(e.now())
	before := sealed.Moment(math.MaxInt64)
	for look := 1; ; look++ {
		found, keep := false, keep
		for _, a := range places {
			gone, err := a.clear(ctx, before, keep)
			if err != nil {
				return err
			}
			keep = nil
			e.deleteSessions(ctx, a.place(), gone)
			found = found || len(gone) > 0
		}
		if len(places) == 1 || look > 1 && !found {
			return nil
		}
		before = began
	}
}

// deleteSessions deletes what is stored of sessions that their account does not list any
// more, so that requests that have loaded one get ErrEnded. All of them are in one
// place.
func (e *engine) deleteSessions(ctx context.Context, p sealed.Place, gone []sealed.Login) {
	suffixes := e.all.Suffixes
	for _, l := range gone {
		id := p.ID(l.Handle)
		e.tell(ctx, requestIn(ctx), Event{Kind: EventDestroyed, ID: id})
	}
	for some := range slices.Chunk(gone, max(1, maxDeleted/len(suffixes))) {
		var keys []string
		for _, l := range some {
			keys = append(keys, kv.Query{Session: e.key(p.ID(l.Handle)), Suffixes: suffixes}.Keys()...)
		}
		e.tellLeft(ctx, p.ID(some[0].Handle), firstError(e.store.delete(ctx, keys)))
	}
}

// maxDeleted bounds the keys of one call of the store.
const maxDeleted = 2000

// endID ends the session with this id, or, if it was renewed, what it has become.
func (e *engine) endID(ctx context.Context, id string) error {
	for range maxSuccessors {
		done, successor, err := e.destroy(ctx, e.key(id), 0, func(ctx context.Context) (uint64, string, error) {
			return e.readMark(ctx, id)
		})
		switch {
		case err != nil:
			return err
		case done:
			e.tell(ctx, requestIn(ctx), Event{Kind: EventDestroyed, ID: id})
			fallthrough
		case successor == "":
			e.deleteRest(ctx, id)
			return nil
		}
		id = successor
	}
	return fmt.Errorf("%w: the session is renewed faster than it can be ended", ErrConflict)
}

// maxSuccessors bounds how many renewals endID follows. All of them were made in
// the last minute.
const maxSuccessors = 64

// destroy swaps a record for a DESTROYED mark, whatever its version, and reports
// whether it has done so. read reads the record. If the session was renewed, destroy
// leaves the mark as it is and returns the id that the mark names.
func (e *engine) destroy(ctx context.Context, key string, version uint64, read func(context.Context) (version uint64, successor string, err error)) (done bool, successor string, err error) {
	attempts := contest.New(&e.turns, key)
	defer attempts.Close()
	for {
		if err := next(ctx, attempts); err != nil {
			return false, "", err
		}
		if version == 0 {
			if version, successor, err = read(ctx); err != nil || version == 0 {
				return false, successor, err
			}
		}
		mark := Item{Key: key, Value: sealed.Destroyed, Version: version, Expires: e.now().Add(endedFor)}
		switch err := e.store.swap(ctx, []Item{mark})[0]; {
		case err == nil:
			return true, "", nil
		case !errors.Is(err, ErrExists) && !errors.Is(err, ErrNotFound):
			return false, "", unavailable(err)
		}
		version = 0
	}
}

// readMark reads a record without the session's secret. The version is 0 if the
// session is over; then successor is the id that it has got, if it was renewed.
func (e *engine) readMark(ctx context.Context, id string) (version uint64, successor string, err error) {
	var found [1]kv.Found
	q := kv.Query{Session: e.key(id), Suffixes: []string{""}}
	if err := e.store.fill(ctx, q, found[:]); err != nil {
		return 0, "", unavailable(err)
	}
	mark, successor := sealed.MarkOf(found[0].Value)
	if mark != sealed.NoMark {
		return 0, successor, nil
	}
	return found[0].Version, "", nil
}

// deleteRest deletes what is left of a session that is destroyed, and takes it out of
// its account.
func (e *engine) deleteRest(ctx context.Context, id string) {
	var left error
	var wg sync.WaitGroup
	if p := sealed.PlaceOf(id); p != "" && e.ring.Len() > 0 {
		wg.Go(func() {
			a := e.accountAt(p)
			if left = a.read(ctx); left == nil && a.name != "" {
				_, left = a.leave(ctx, sealed.HandleOf(id))
			}
		})
	}
	variables := kv.Query{Session: e.key(id), Suffixes: e.all.Suffixes[1:]}.Keys()
	deleted := firstError(e.store.delete(ctx, variables))
	wg.Wait()
	e.tellLeft(ctx, id, left, deleted)
}

// tellLeft tells that a part of a session that is over could not be deleted. What is
// left opens nothing, and expires.
func (e *engine) tellLeft(ctx context.Context, id string, errs ...error) {
	for _, err := range errs {
		if err != nil {
			e.tell(ctx, requestIn(ctx), Event{Kind: EventFailed, ID: id, Err: unavailable(err)})
		}
	}
}

// requestIn returns the request that ctx belongs to, nil if there is none.
func requestIn(ctx context.Context) *request {
	r, _ := requestOf(ctx)
	return r
}
