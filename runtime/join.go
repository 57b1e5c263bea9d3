package runtime

import (
	"context"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A joining makes a session that is about to be stored, under a new id, one of an
// account's sessions. A nil joining makes it one of no account's.
//
// The session is stored first, and what it was before is dead, and then the
// account's item lists it. So what the item lists is never less than a whole
// session; and when the account's sessions are ended just then, either the item is
// emptied before, and the login comes after, or the login goes with the others.
type joining struct {
	to    *account
	label string

	// from is the account that the session belonged to under its old id, whose
	// login it has to replace; nil if it belonged to none. If the item does not
	// list that login any more, the session was ended.
	from  *membership
	asNew bool // for a login, rather than a renewal: it counts as made now

	login *sealed.Login // that the item has now; nil if it has none
}

// token returns a token for the session.
func (j *joining) token() sealed.Token {
	if j == nil {
		return sealed.NewToken()
	}
	return sealed.NewTokenAt(j.to.place())
}

// readAside begins to read the account's item if that is not known, so that the
// caller can store the session meanwhile. The function that it returns waits until
// the item is read.
func (j *joining) readAside(ctx context.Context) (wait func()) {
	if j == nil || j.to.known {
		return func() {}
	}
	var wg sync.WaitGroup
	wg.Go(func() { j.to.read(ctx) }) // what fails now is tried again
	return wg.Wait
}

// check returns an error if it is known that the account can't take the session.
func (j *joining) check() error {
	if j != nil && j.to.known && j.to.foreign() {
		return errForeign
	}
	return nil
}

// enter puts the login of the session, which is stored under the id, into the
// account's item.
func (j *joining) enter(ctx context.Context, id string, expires sealed.Moment) error {
	if j == nil {
		return nil
	}
	now := j.to.engine.now()
	l := sealed.Login{
		Handle: sealed.HandleOf(id), Since: sealed.MomentOf(now), Expires: expires, Seen: sealed.HourOf(now),
		Label: j.label,
	}
	if j.from != nil && !j.asNew {
		l.Since = j.from.login.Since
	}
	old := j.login // of an earlier copy
	if old == nil && j.from != nil && j.from.key() == j.to.key() {
		old = &j.from.login
	}
	var err error
	if old != nil {
		err = j.to.replace(ctx, old.Handle, l, j.asNew)
	} else {
		err = j.to.enter(ctx, l)
	}
	if err == nil {
		j.login = &l
	}
	return err
}

// quit takes the login away that the session had under its old id, if that belongs
// to another place. It must come after enter: while the sessions of an account are
// ended, one after another of its places is emptied, the one that new sessions
// belong to last. So a session that moves there is found in one of the two.
func (j *joining) quit(ctx context.Context) error {
	if j == nil || j.from == nil || j.from.key() == j.to.key() {
		return nil
	}
	found, err := j.from.leave(ctx, j.from.login.Handle)
	if err == nil && !found {
		return ErrEnded
	}
	return err
}

// undo takes the session's login away again, if the item lists it.
func (j *joining) undo(ctx context.Context) {
	if j != nil && j.login != nil {
		j.to.leave(ctx, j.login.Handle) // if it fails, the login expires
	}
}

// member returns what the session, whose login was entered, knows of its account.
func (j *joining) member() *membership {
	if j == nil {
		return nil
	}
	return &membership{*j.to, *j.login}
}

// joining returns how the session becomes one of the account's of this name, or stays
// one.
func (s *Session) joining(name, label string, asNew bool) (*joining, error) {
	all, err := s.engine.accounts(name)
	if err != nil {
		return nil, err
	}
	j := &joining{to: all[0], label: label, from: s.member, asNew: asNew}
	if j.from != nil && j.from.key() == j.to.key() {
		j.to = &j.from.account // of which the session has read the item already
	}
	return j, nil
}
