package runtime

import (
	"context"
	"fmt"

	"github.com/sessiongen/sessiongen/runtime/internal/contest"
)

// compete begins the attempts at a compare-and-swap, of which another request of
// the session may win some. The loops that make them are storeVariables, list,
// touchIdle, buryRecord and buryAll; destroy and account.change have contests of
// their own, for a record or an account that they know by its key alone. All of one
// session in this process take turns, whichever key they write.
func (s *Session) compete() *contest.Contest { return contest.New(&s.engine.turns, s.vault.Key) }

// next waits for the next attempt of a contest. After [contest.MaxAttempts] it
// fails with ErrConflict.
func next(ctx context.Context, attempts *contest.Contest) error {
	if err := attempts.Next(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return nil
}
