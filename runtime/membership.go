package runtime

import (
	"context"
	"errors"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// A membership is what a session that belongs to an account knows of the account.
type membership struct {
	account
	login sealed.Login // the session's own
}

// A finding is what a read of a session has found of its account.
type finding struct {
	text    sealed.AccountText
	version uint64
	login   sealed.Login
	err     error // why the session is over, if it is
}

// Why a session is over although its record is there.
var (
	errAccountMissing = errors.New("the account's item is missing")
	errAccountBroken  = errors.New("the account's item does not open")
	errUnlisted       = errors.New("its account does not list the session any more")
)

// find opens the account's item with the opener of the session that has this id.
func find(o *sealed.Opener, id string, found kv.Found) finding {
	if found.Version == 0 {
		return finding{err: errAccountMissing}
	}
	text, err := o.Account(found.Value)
	if err != nil {
		return finding{err: errAccountBroken}
	}
	login, ok := text.Find(sealed.HandleOf(id))
	if !ok {
		return finding{err: errUnlisted}
	}
	return finding{text: text, version: found.Version, login: login}
}

// belong notes what was found of the session's account.
func (s *Session) belong(f *finding) {
	if f.version == 0 {
		s.member = nil
		return
	}
	s.member = &membership{
		account: account{
			engine: s.engine, seals: []*sealed.AccountSeal{s.vault.Account()}, name: f.text.Name(),
			known: true, version: f.version, text: f.text,
		},
		login: f.login,
	}
}

// touchSeen notes in the account, once an hour, that the session was loaded. A
// failure is an event and no error. If another request was faster, the next one
// tries again.
func (s *Session) touchSeen(ctx context.Context) {
	hour := sealed.HourOf(s.engine.now())
	if s.member == nil || s.member.login.Seen >= hour {
		return
	}
	m := s.member
	logins := m.logins()
	i := indexOfLogin(logins, m.login.Handle)
	if i < 0 {
		return
	}
	logins[i].Seen = hour
	switch err := m.store(ctx, logins); {
	case err == nil:
		m.login.Seen = hour
	case errors.Is(err, ErrExists), errors.Is(err, ErrNotFound):
	default:
		s.tell(ctx, Event{Kind: EventFailed, ID: s.vault.ID(), Err: unavailable(err)})
	}
}
