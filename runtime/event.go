package runtime

import (
	"context"
	"errors"
	"log/slog"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

// An Event tells of something in the life of a session that an operator may
// want to count. It holds neither secrets nor values.
type Event struct {
	Kind EventKind

	// ID is the session's id: a UUID, which names the session and opens
	// nothing. Empty where there is none.
	ID string

	// Field is the name in Go of the field concerned, or empty.
	Field string

	// Err says more, where there is more to say.
	Err error
}

// EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	EventCreated   EventKind = "created"   // a new session was stored
	EventRenewed   EventKind = "renewed"   // ID is the new id
	EventDestroyed EventKind = "destroyed" // by Destroy, End, EndAll or EndOthers
	EventExpired   EventKind = "expired"   // past its Lifetime or IdleTimeout when loaded

	// EventEnded: a cookie came whose session is stored, but not listed by its
	// account any more: a login more was one too many, or what an end, such as
	// EndAll, should have deleted is still there.
	EventEnded EventKind = "ended"

	// EventRefused: a cookie named a session that its secret does not open.
	EventRefused EventKind = "refused"

	// EventAmbiguous: several cookies of our name came that differ, so none is
	// believed and the visitor starts anew. It has no ID.
	EventAmbiguous EventKind = "ambiguous"

	// EventLost: a variable that was set is gone from the store, does not
	// open or does not decode, so the visitor starts anew. That it does not
	// decode may be found by a getter, and is told by the next commit, Update or
	// Renew. Without a Field the session's record is broken: it opens, but can't
	// be read; or the item of the session's account is missing or does not open.
	EventLost EventKind = "lost"

	// EventChanged: a variable was stored by another declaration of the
	// field and cannot be read by this one. It reads as not set.
	EventChanged EventKind = "changed"

	// EventFailed: the store failed, or a session could not be stored, and no
	// answer of the ErrorHandler shows it. Examples are a load, a refresh of
	// the idle deadline and a commit after the response. If the load failed
	// because the client went away, Err is a [context.Canceled].
	EventFailed EventKind = "failed"
)

// tell counts ev, logs it, at a level that fits the attention it needs, and hands it to
// OnEvent. r is the request that ev concerns, nil outside net/http. ctx is the
// context of the method that was called.
func (e *engine) tell(ctx context.Context, r *request, ev Event) {
	e.counts.event(ev.Kind).Add(1)
	ev.Err = withoutValue(ev.Err)
	if ctx = operation.Caller(ctx); r != nil {
		ctx = r.contextFor(ctx)
	}
	if level, due := e.loudness(ev); due && e.logger().Enabled(ctx, level) { // making a line takes longer than sealing a value
		attrs := []slog.Attr{slog.String("id", ev.ID)}
		if ev.Field != "" {
			attrs = append(attrs, slog.String("field", ev.Field))
		}
		if ev.Err != nil {
			attrs = append(attrs, slog.Any("error", ev.Err))
		}
		e.log(ctx, r, level, "session "+string(ev.Kind), attrs...)
	}
	if e.config.OnEvent != nil {
		e.config.OnEvent(ctx, ev)
	}
}

// loudness returns the level at which ev is logged, and whether it is to be
// logged at all: in an outage every request would tell the same.
func (e *engine) loudness(ev Event) (level slog.Level, due bool) {
	switch {
	case errors.Is(ev.Err, ErrHeadersSent): // a mistake in the handler, which nothing else shows
		return slog.LevelError, true
	case ev.Kind == EventFailed && errors.Is(ev.Err, context.Canceled):
		return slog.LevelDebug, true
	case ev.Kind == EventFailed:
		return slog.LevelWarn, !errors.Is(ev.Err, ErrUnavailable) || e.throttles.failed.allow(e.now())
	case ev.Kind == EventLost && e.throttles.lost.allow(e.now()): // a visitor who only reads keeps the cookie, and every request finds the same loss
		return slog.LevelWarn, true
	case ev.Kind == EventAmbiguous && e.throttles.ambiguous.CompareAndSwap(false, true):
		return slog.LevelWarn, true
	}
	return slog.LevelDebug, true
}
