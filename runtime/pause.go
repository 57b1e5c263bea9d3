package runtime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Compare-and-swap gives up after this many attempts. Each was lost to
// another request's success.
const maxAttempts = 64

// pause waits before the attempts after the first one, at random and longer
// from one to the next, so that many writers of one variable get in turn.
func pause(ctx context.Context, attempt int) error {
	if attempt == 0 {
		return nil
	}
	if attempt == maxAttempts {
		return ErrConflict
	}
	limit := min(time.Millisecond<<min(attempt, 8), 250*time.Millisecond)
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrConflict, ctx.Err())
	}
}
