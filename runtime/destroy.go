package runtime

import (
	"context"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// Destroy ends the session and removes the cookie, even a cookie that came with
// the request and opens nothing. Call it at logout. When it returns, the cookie
// opens nothing any more, for anybody, and nothing that other requests are
// about to set brings the session back. If another request has renewed the session,
// a minute ago at most, what it has become ends, too. What is pending is dropped.
// What is set afterwards belongs to a new session.
//
// It fails with [ErrUnavailable], or with [ErrConflict] if other requests keep
// writing the session's record. In that case the session and the cookie are as they
// were, unless the store has carried out what it did not acknowledge.
func (s *Session) Destroy(ctx context.Context) error { return s.engine.noted(s.destroy(ctx)) }

func (s *Session) destroy(ctx context.Context) error {
	op := operation.Begin(ctx)
	defer op.End()
	if s.rare != nil {
		for _, id := range s.rare.former {
			if err := s.engine.endID(op, id); err != nil {
				return err
			}
		}
	}
	var err error
	switch s.phase() {
	case living:
		err = s.erase(op)
	case ended:
		err = s.engine.endID(op, s.vault.ID())
	}
	if err != nil {
		return err
	}
	s.leave()
	if s.request == nil || s.request.cookiePresented() || s.Cookie() != nil {
		s.send(s.engine.removal())
	}
	return nil
}

// erase swaps the record for a DESTROYED mark and, when that is acknowledged,
// deletes every variable. Because of this order, no request finds a living session
// whose variables are missing. A mark, unlike a deletion, can't hide from a renewal
// of the same session, or it from a mark: one of the two finds the other.
func (s *Session) erase(ctx context.Context) error {
	e, id := s.engine, s.vault.ID()
	done, successor, err := e.destroy(ctx, s.vault.Key, s.recordVersion, s.readRecord)
	switch {
	case err != nil:
		return err
	case successor != "":
		return e.endID(ctx, successor)
	case done:
		s.tell(ctx, Event{Kind: EventDestroyed, ID: id})
	}
	var left error
	var wg sync.WaitGroup
	if m := s.member; m != nil {
		wg.Go(func() { _, left = m.leave(ctx, m.login.Handle) })
	}
	names := s.record.Listed.WithDeclared().Names()
	deleted := firstError(e.store.delete(ctx, s.vault.Keys(e.declared.Select(names...))[1:]))
	wg.Wait()
	e.tellLeft(ctx, id, left, deleted)
	return nil
}

// readRecord reads the record for destroy, which takes over what it finds.
func (s *Session) readRecord(ctx context.Context) (version uint64, successor string, err error) {
	v, err := s.lookOnce(ctx, s.engine.declared.Select())
	if err != nil {
		return 0, "", err
	}
	if v.standing == renewed {
		return 0, v.record.Successor, nil
	}
	if v.standing == alive {
		s.record = v.record
	}
	return v.version, "", nil
}

// firstError returns the first of the errors that is not nil.
func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
