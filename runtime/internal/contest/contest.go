// Package contest spaces the attempts at a compare-and-swap that competes with
// others for one key. A contest that has lost once takes turns with the others
// of this process. If it loses again, it waits for a random time before each
// attempt, so that contests that are equally near the store all succeed in the end.
// That time is at most as long as the last attempt took: it competes with those that
// have not lost yet, and with other processes, and most often with few. What loses
// again and again waits longer. After [MaxAttempts] attempts it gives up.
//
// The package knows nothing of what is attempted, or where: a contest is for a
// key.
package contest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// MaxAttempts is how many attempts a contest has. A contest loses an attempt
// only when another one has succeeded.
const MaxAttempts = 64

// ErrLost means that all attempts were lost, or that the context ended before
// the next attempt. In the second case the error also wraps the context's
// error.
var ErrLost = errors.New("lost every attempt")

// A Contest is the attempts at one compare-and-swap.
type Contest struct {
	turns   *Turns
	key     string
	attempt int
	began   time.Time // when the last attempt did
	end     func()    // ends the turn; nil if none was taken
}

// New returns a contest for a key. Its Close must be called. All contests of
// this process that compete for one key must share turns.
func New(turns *Turns, key string) *Contest { return &Contest{turns: turns, key: key} }

// Next waits until the next attempt may be made. It must be called before each
// attempt, and fails with [ErrLost].
func (c *Contest) Next(ctx context.Context) error {
	if c.attempt == MaxAttempts {
		return ErrLost
	}
	c.attempt++
	var err error
	switch c.attempt {
	case 1:
	case 2:
		c.end = c.turns.take(ctx, c.key)
	default:
		err = pause(ctx, c.longest(time.Since(c.began)))
	}
	c.began = time.Now()
	return err
}

// longest returns how long the pause before the next attempt may be when the last
// one took that long. From the seventh attempt on it doubles, up to longestPause.
func (c *Contest) longest(took time.Duration) time.Duration {
	return min(max(took, leastAttempt)<<min(max(c.attempt-6, 0), 8), longestPause)
}

const (
	leastAttempt = 100 * time.Microsecond // whatever a coarse clock says that one took
	longestPause = 250 * time.Millisecond
)

// Close ends the contest. It must be called when the last attempt is over.
func (c *Contest) Close() {
	if c.end != nil {
		c.end()
	}
}

// pause waits at random for up to limit.
func pause(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(rand.N(limit + 1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrLost, ctx.Err())
	}
}
