package runtime

import (
	"context"
	"slices"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A Login is one session of an account, as List shows it.
type Login struct {
	// ID is the session's id, as Session.ID tells it: for End.
	ID string

	// Label is what [Label] has said of the login. It is the app's, or what
	// visitors have sent to it: escape it in a page.
	Label string

	Since   time.Time // when the visitor logged in
	Seen    time.Time // when the session was last loaded, rounded down to the hour
	Expires time.Time // when its lifetime ends, by the Config of its last login or renewal
}

// List returns the living sessions of an account, newest first, for a page that
// shows visitors where they are logged in (OWASP ASVS 7.5.2). An account without
// sessions is no error. It takes two round trips to the store, and as many for each key
// more in [Config].Keys.
//
// It fails with [ErrUnavailable], or with an error that says what is wrong with the
// account or the Config.
func (m *Manager[S]) List(ctx context.Context, account string) ([]Login, error) {
	logins, err := m.engine.list(ctx, account)
	return logins, m.engine.noted(err)
}

func (e *engine) list(ctx context.Context, name string) ([]Login, error) {
	places, err := e.accounts(name)
	if err != nil {
		return nil, err
	}
	op := operation.Begin(ctx)
	defer op.End()
	var all []Login
	for _, a := range places {
		if err := a.read(op); err != nil {
			return nil, err
		}
		if a.foreign() {
			continue
		}
		logins, err := a.stored(op)
		if err != nil {
			return nil, err
		}
		for _, l := range slices.Backward(logins) { // the item has the newest last
			all = append(all, Login{
				ID: a.place().ID(l.Handle), Label: l.Label,
				Since: l.Since.Time(), Seen: l.Seen.Time(), Expires: l.Expires.Time(),
			})
		}
	}
	slices.SortStableFunc(all, func(a, b Login) int { return b.Since.Compare(a.Since) })
	return all, nil
}

// stored returns the logins whose session's record is stored. The cache may have
// evicted others, or forgotten them when they were idle for too long.
func (a *account) stored(ctx context.Context) ([]sealed.Login, error) {
	logins := a.logins()
	if len(logins) == 0 {
		return nil, nil
	}
	q := kv.Query{Session: a.key()}
	for _, l := range logins {
		q.Suffixes = append(q.Suffixes, a.place().ID(l.Handle)[kv.PlaceLength:])
	}
	found := make([]kv.Found, q.Len())
	if err := a.engine.store.fill(ctx, q, found); err != nil {
		return nil, unavailable(err)
	}
	var stored []sealed.Login
	for i, l := range logins {
		if mark, _ := sealed.MarkOf(found[i].Value); found[i].Version != 0 && mark == sealed.NoMark {
			stored = append(stored, l)
		}
	}
	return stored, nil
}
