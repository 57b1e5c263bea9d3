package runtime

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
	EventDestroyed EventKind = "destroyed" // by Destroy
	EventExpired   EventKind = "expired"   // past its Lifetime or IdleTimeout when loaded

	// EventRefused: a cookie named a session that its secret does not open.
	EventRefused EventKind = "refused"

	// EventLost: a variable that was set is gone from the store, does not
	// open or does not decode, so the visitor starts anew.
	EventLost EventKind = "lost"

	// EventChanged: a variable was stored by another declaration of the
	// field and cannot be read by this one. It reads as not set.
	EventChanged EventKind = "changed"

	// EventFailed: something failed that nobody is there to be told of by an
	// error: a refresh of the idle deadline, or a commit after the response.
	EventFailed EventKind = "failed"
)
