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

// A contest is the attempts of one compare-and-swap against other requests.
type contest struct {
	s       *Session
	attempt int
	end     func() // of the turn, if one was taken
}

func (s *Session) contest() *contest { return &contest{s: s} }

// next must be called ahead of each attempt. Whoever has lost takes turns with
// the other requests of this process first, and if there are others, waits: at
// random and longer from one attempt to the next, so that all get in.
func (c *contest) next(ctx context.Context) error {
	c.attempt++
	switch c.attempt {
	case 1:
		return nil
	case 2:
		c.end = c.s.engine.turns.take(ctx, c.s.vault.key)
		return nil
	case maxAttempts:
		return ErrConflict
	default:
		return pause(ctx, min(time.Millisecond<<min(c.attempt, 8), 250*time.Millisecond))
	}
}

// close must be called when the last attempt is over.
func (c *contest) close() {
	if c.end != nil {
		c.end()
	}
}

// pause waits at random for up to limit.
func pause(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrConflict, ctx.Err())
	}
}
