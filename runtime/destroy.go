package runtime

import (
	"context"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// Destroy ends the session and removes the cookie, even a cookie that came with
// the request and opens nothing. Call it at logout. When it returns, the cookie
// opens nothing any more, for anybody, and nothing that other requests are
// about to set brings the session back. What is pending is dropped. What is set
// afterwards belongs to a new session.
//
// It fails with [ErrUnavailable]. In that case the session and the cookie are
// as they were, unless the store has carried out a deletion that it did not
// acknowledge.
func (s *Session) Destroy(ctx context.Context) error {
	if s.phase() == living {
		if err := s.erase(ctx); err != nil {
			return err
		}
	}
	s.leave()
	if s.request == nil || s.request.cookiePresented() || s.Cookie() != nil {
		s.send(s.engine.removal())
	}
	return nil
}

// erase deletes the record and, when that is acknowledged, every variable.
// Because of this order, no request finds a living session whose variables are
// missing.
func (s *Session) erase(ctx context.Context) error {
	op := operation.Begin(ctx)
	defer op.End()
	store, id := s.engine.config.Store, s.vault.ID()
	if err := store.Delete(op, []string{s.vault.Key})[0]; err != nil {
		return unavailable(err)
	}
	s.tell(ctx, Event{Kind: EventDestroyed, ID: id})
	names := s.record.Listed.WithDeclared().Names()
	for _, err := range store.Delete(op, s.vault.Query(s.engine.declared.Select(names...)).Keys()[1:]) {
		if err != nil {
			// What is left opens nothing without the record, and expires.
			s.tell(ctx, Event{Kind: EventFailed, ID: id, Err: unavailable(err)})
			break
		}
	}
	return nil
}
