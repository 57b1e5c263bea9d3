package otelsession

import (
	"context"
	"errors"

	"github.com/sessiongen/sessiongen/runtime"
)

// failureOf returns the error.type of an error, empty if it is none. The text of the
// error is not told, because that of a store of the app's own may name keys.
func failureOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, runtime.ErrTooLarge):
		return "too_large"
	}
	return "unavailable"
}
