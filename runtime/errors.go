package runtime

import (
	"errors"
	"fmt"
)

// Errors of this package. They come wrapped: compare with [errors.Is].
var (
	// ErrUnavailable means that the store is down or too slow. The outcome of
	// a write is unknown. It wraps the context's error where that is the cause.
	ErrUnavailable = errors.New("sessiongen: session store unavailable")

	// ErrEnded means that the session was destroyed, renewed or ended otherwise by
	// another request, or lost by the store, after this one had loaded it. What
	// this request set is not stored.
	ErrEnded = errors.New("sessiongen: session ended meanwhile")

	// ErrConflict means that a write, an update, a renewal or an end gave up: other
	// requests kept writing the variable, the session's record or the account's
	// item, and won all of its 64 attempts at a compare-and-swap. Where the context
	// ended between two attempts, ErrConflict wraps its error.
	ErrConflict = errors.New("sessiongen: too many concurrent writes")

	// ErrTooLarge means that a value is larger than [Config.MaxValueSize], in
	// which case nothing was sent, or larger than the store takes; or that a
	// session would have more than 1,024 variables, including those that builds
	// of other declarations have set.
	ErrTooLarge = errors.New("sessiongen: value too large")

	// ErrNoMiddleware means that the context does not belong to a request that
	// passed through the Middleware of these sessions.
	ErrNoMiddleware = errors.New("sessiongen: no session middleware around this handler")

	// ErrHeadersSent means that the response's header has left, so that no
	// cookie can be sent any more, and nothing was stored.
	ErrHeadersSent = errors.New("sessiongen: response header already sent")

	// ErrExists is for stores: the key exists, or has another version.
	ErrExists = errors.New("sessiongen: item exists")

	// ErrNotFound is for stores: the key is absent.
	ErrNotFound = errors.New("sessiongen: item not found")
)

// errRenewed is the ErrEnded of a request that finds the session renewed by another
// one.
var errRenewed = fmt.Errorf("%w: another request has renewed it", ErrEnded)

// errAround is the ErrHeadersSent for a response that was sent by another
// ResponseWriter than the Middleware's. Its text says what to do, because the
// mistake is in the adapter between the middleware and a framework.
var errAround = fmt.Errorf("%w by another writer than the session middleware's: the adapter must let the framework write to the ResponseWriter that the middleware passes to its handler (with gin, use contrib/gin)", ErrHeadersSent)

// errSetOutside says that the session was changed when the handler was over.
var errSetOutside = errors.New("sessiongen: the session was changed outside of its middleware, when the handler was over, and is not stored: call Save")

// A FieldError is an error that concerns one field of the declaration.
type FieldError struct {
	Field string // the field's name in Go, such as "Cart"
	Err   error
}

func (e *FieldError) Error() string { return fmt.Sprintf("%v (field %s)", e.Err, e.Field) }

func (e *FieldError) Unwrap() error { return e.Err }

// An encodeError is the error of a codec that refuses a value. Its text may
// quote the value, so it is for the caller alone, and not for logs and events.
type encodeError struct{ err error }

func (e *encodeError) Error() string { return "sessiongen: value can't be encoded: " + e.err.Error() }

func (e *encodeError) Unwrap() error { return e.err }

// withoutValue returns err without any text that may quote a value, so that it
// can be logged.
func withoutValue(err error) error {
	encoding, ok := errors.AsType[*encodeError](err)
	if !ok {
		return err
	}
	quiet := fmt.Errorf("sessiongen: value can't be encoded: %T", encoding.err)
	if field, ok := errors.AsType[*FieldError](err); ok {
		return &FieldError{field.Field, quiet}
	}
	return quiet
}

// notTaken returns the error of a store for what it does not take. err is from a
// package inside, which does not say whose error it is.
func notTaken(err error) error { return fmt.Errorf("sessiongen: %w", err) }

// unavailable returns err wrapped in [ErrUnavailable], unless it is one
// already.
func unavailable(err error) error {
	if errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
