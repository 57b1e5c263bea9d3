package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sessiongen/sessiongen/runtime/internal/contest"
	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// An account is what a request knows of an account: of the item in the store that
// lists the account's sessions. The item decides: a session that it does not list
// is over, whatever else is stored of it. So nothing can bring an ended session
// back, be it that the cache loses the item. And the item is never deleted, so that
// a late packet finds a version that has moved on, or a key that is there.
type account struct {
	engine *engine
	seals  []*sealed.AccountSeal // that the item may have; one of them, once that is known
	name   string                // "" if only the item tells

	known   bool               // what follows is what the store holds
	version uint64             // 0: the item is absent
	text    sealed.AccountText // "" if it is absent, or does not open
}

// accounts returns the account of this name, in each of its places. Those of the
// keys that are not the first one hold what is left from before the keys were
// changed.
func (e *engine) accounts(name string) ([]*account, error) {
	if err := e.checkAccount(name); err != nil {
		return nil, err
	}
	var all []*account
	for _, seal := range e.ring.AccountSeals(e.config.Namespace, name) {
		all = append(all, &account{engine: e, seals: []*sealed.AccountSeal{seal}, name: name})
	}
	return all, nil
}

// checkAccount refuses what can't be the name of an account.
func (e *engine) checkAccount(name string) error {
	switch {
	case e.ring.Len() == 0:
		return errNoKeys
	case name == "":
		return errors.New("sessiongen: the name of an account is empty")
	case len(name) > sealed.MaxAccountLength:
		return fmt.Errorf("sessiongen: the name of an account has %d bytes, more than %d", len(name), sealed.MaxAccountLength)
	}
	return nil
}

var errNoKeys = errors.New("sessiongen: accounts need Config.Keys: 32 random bytes, the same in all processes; openssl rand -base64 32 prints such a key in base64")

// accountAt returns the account of this place, whose name only its item tells.
func (e *engine) accountAt(p sealed.Place) *account {
	return &account{engine: e, seals: e.ring.SealsAt(e.config.Namespace, p)}
}

func (a *account) key() string { return a.seals[0].Key }

func (a *account) place() sealed.Place { return a.seals[0].Place() }

// read reads the item.
func (a *account) read(ctx context.Context) error {
	var found [1]kv.Found
	q := kv.Query{Session: a.key(), Suffixes: []string{""}}
	if err := a.engine.store.fill(ctx, q, found[:]); err != nil {
		return unavailable(err)
	}
	a.take(found[0])
	return nil
}

// take takes over what the store holds. An item that does not open lists nobody.
func (a *account) take(found kv.Found) {
	a.known, a.version, a.text = true, found.Version, ""
	for _, seal := range a.seals {
		text, err := seal.Open(found.Value)
		if err != nil {
			continue
		}
		if a.text = text; a.name == "" {
			a.name, a.seals = text.Name(), []*sealed.AccountSeal{seal}
		}
		return
	}
}

// foreign tells whether the item is another account's, by the rarest of chances.
func (a *account) foreign() bool { return a.text != "" && a.text.Name() != a.name }

// change changes the item by compare-and-swap: to what fn makes of the logins that
// have not expired. fn may run more than once; its error is returned, and then
// nothing is stored.
func (a *account) change(ctx context.Context, fn func([]sealed.Login) ([]sealed.Login, error)) error {
	attempts := contest.New(&a.engine.turns, a.key())
	defer attempts.Close()
	for {
		if err := next(ctx, attempts); err != nil {
			return err
		}
		if !a.known {
			if err := a.read(ctx); err != nil {
				return err
			}
		}
		if a.foreign() {
			return errForeign
		}
		logins, err := fn(a.logins())
		if err != nil {
			return err
		}
		switch err := a.store(ctx, logins); {
		case err == nil:
			return nil
		case errors.Is(err, ErrTooLarge):
			return fmt.Errorf("%w: the list of an account's sessions: Config.MaxLogins is too high for this store", err)
		case !errors.Is(err, ErrExists) && !errors.Is(err, ErrNotFound):
			return unavailable(err)
		}
	}
}

// errForeign is the error for an account whose place another account has. Of a
// million accounts two have one place with a chance of one in two million.
var errForeign = errors.New("sessiongen: another account has the place of this one: give it another name")

// logins returns the logins that have not expired.
func (a *account) logins() []sealed.Login {
	if a.text == "" {
		return nil
	}
	now := sealed.MomentOf(a.engine.now())
	return slices.DeleteFunc(a.text.Logins(), func(l sealed.Login) bool { return l.Expires <= now })
}

// store stores the logins in place of the version that was read. It does not know
// afterwards what the store holds.
func (a *account) store(ctx context.Context, logins []sealed.Login) error {
	expires := a.engine.now().Add(endedFor)
	for _, l := range slices.Concat(a.logins(), logins) { // who was in the list and is not must still be told so
		if t := l.Expires.Time(); t.After(expires) {
			expires = t
		}
	}
	value := a.seals[0].Seal(&sealed.Account{Name: a.name, Logins: logins})
	a.known, a.text = false, ""
	return a.engine.put(ctx, []Item{{Key: a.key(), Value: value, Version: a.version, Expires: expires}})[0]
}

// enter adds a login, as the newest, and ends the oldest ones if there would be
// too many.
func (a *account) enter(ctx context.Context, l sealed.Login) error {
	return a.change(ctx, func(logins []sealed.Login) ([]sealed.Login, error) {
		return a.fit(append(logins, l)), nil
	})
}

// replace puts a login in the place of the one with the handle. It fails with
// ErrEnded if that is not there any more: then the session was ended. If asNew, the
// login becomes the newest, and the oldest ones end if there are too many, as with
// enter.
func (a *account) replace(ctx context.Context, old sealed.Handle, l sealed.Login, asNew bool) error {
	return a.change(ctx, func(logins []sealed.Login) ([]sealed.Login, error) {
		i := indexOfLogin(logins, old)
		if i < 0 {
			return nil, ErrEnded
		}
		if asNew {
			return a.fit(append(slices.Delete(logins, i, i+1), l)), nil
		}
		logins[i] = l
		return logins, nil
	})
}

// fit returns as many of the logins as an account may have, without the oldest ones.
// The last one counts as the newest, whatever its time: a renewal that moves to another
// place enters there with the time of its login.
func (a *account) fit(logins []sealed.Login) []sealed.Login {
	more := len(logins) - a.engine.config.MaxLogins
	if more <= 0 {
		return logins
	}
	before := logins[:len(logins)-1]
	slices.SortStableFunc(before, func(x, y sealed.Login) int { return cmp.Compare(x.Since, y.Since) })
	return logins[more:]
}

// leave takes the login with the handle away, and reports whether it was there.
func (a *account) leave(ctx context.Context, h sealed.Handle) (found bool, err error) {
	err = a.change(ctx, func(logins []sealed.Login) ([]sealed.Login, error) {
		i := indexOfLogin(logins, h)
		if found = i >= 0; !found {
			return nil, errAsItIs
		}
		return slices.Delete(logins, i, i+1), nil
	})
	if errors.Is(err, errAsItIs) {
		err = nil
	}
	return found, err
}

// errAsItIs says that nothing is to be changed.
var errAsItIs = errors.New("nothing to change")

// clear takes all logins away that were made before a moment, or at it, except for
// keep, if that is not nil, and returns those that it has taken away. It fails with
// ErrEnded if keep is not there. It stores even an empty list in place of none, so
// that a login whose outcome is not known can't come late.
func (a *account) clear(ctx context.Context, before sealed.Moment, keep *sealed.Login) (gone []sealed.Login, err error) {
	err = a.change(ctx, func(logins []sealed.Login) (kept []sealed.Login, err error) {
		if keep != nil && indexOfLogin(logins, keep.Handle) < 0 {
			return nil, ErrEnded
		}
		gone = nil
		for _, l := range logins {
			if l.Since > before || keep != nil && l.Handle == keep.Handle {
				kept = append(kept, l)
			} else {
				gone = append(gone, l)
			}
		}
		return kept, nil
	})
	if errors.Is(err, errForeign) {
		return nil, nil
	}
	return gone, err
}

func indexOfLogin(logins []sealed.Login, h sealed.Handle) int {
	return slices.IndexFunc(logins, func(l sealed.Login) bool { return l.Handle == h })
}
