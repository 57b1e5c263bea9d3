// Package contest spaces the attempts of a compare-and-swap that competes with
// others for one key: whoever has lost once takes turns with the others of this
// process, and waits at random, so that all get in. After [MaxAttempts] it gives
// up.
//
// It knows nothing of what is attempted, or where: a contest is for a key.
package contest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// MaxAttempts is how many attempts a contest has. Each was lost to another's
// success.
const MaxAttempts = 64

// ErrLost means that all attempts were lost, or that there was no time for more.
// It wraps the context's error then.
var ErrLost = errors.New("lost every attempt")

// A Contest is the attempts at one compare-and-swap.
type Contest struct {
	turns   *Turns
	key     string
	attempt int
	end     func() // of the turn, if one was taken
}

// New returns a contest for a key, whose Close must be called. Those that compete
// for one key in this process share the turns.
func New(turns *Turns, key string) *Contest { return &Contest{turns: turns, key: key} }

// Next must be called ahead of each attempt. It fails with [ErrLost].
func (c *Contest) Next(ctx context.Context) error {
	if c.attempt == MaxAttempts {
		return ErrLost
	}
	c.attempt++
	switch c.attempt {
	case 1:
		return nil
	case 2:
		c.end = c.turns.take(ctx, c.key)
		return nil
	}
	return pause(ctx, min(time.Millisecond<<min(c.attempt, 8), 250*time.Millisecond))
}

// Close must be called when the last attempt is over.
func (c *Contest) Close() {
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
		return fmt.Errorf("%w: %w", ErrLost, ctx.Err())
	}
}
