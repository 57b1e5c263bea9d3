package runtime

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
)

// counts are what an engine has counted since it was made, except for its calls.
// They are atomic, each by itself: no request waits for another one's figures.
type counts struct {
	loads, hits, absent, outdated atomic.Uint64

	events [len(eventKinds)]atomic.Uint64
	errors [len(errorKinds)]atomic.Uint64
}

// eventKinds are the kinds of events that are counted: all.
var eventKinds = [...]EventKind{
	EventCreated, EventRenewed, EventDestroyed, EventExpired, EventEnded,
	EventRefused, EventAmbiguous, EventLost, EventChanged, EventFailed,
}

// endings are the kinds of events that say why a visitor's session is over.
var endings = [...]EventKind{EventDestroyed, EventExpired, EventEnded, EventRefused, EventAmbiguous, EventLost}

func (c *counts) event(kind EventKind) *atomic.Uint64 {
	return &c.events[slices.Index(eventKinds[:], kind)]
}

// errorKinds are the kinds of errors that are counted. An error is of the first kind
// that it wraps; one that wraps none is of the last kind.
var errorKinds = [...]struct {
	name string
	err  error
}{
	{"canceled", context.Canceled}, // before what wraps it
	{"unavailable", ErrUnavailable},
	{"ended", ErrEnded},
	{"conflict", ErrConflict},
	{"too_large", ErrTooLarge},
	{"headers_sent", ErrHeadersSent},
	{"no_middleware", ErrNoMiddleware},
	{"other", nil},
}

// noted counts the error of a method, and returns it.
func (e *engine) noted(err error) error {
	if err == nil {
		return nil
	}
	kind := 0
	for kind < len(errorKinds)-1 && !errors.Is(err, errorKinds[kind].err) {
		kind++
	}
	e.counts.errors[kind].Add(1)
	return err
}
