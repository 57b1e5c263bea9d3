package fibersession

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v3"

	"github.com/sessiongen/sessiongen/runtime"
)

// errPanicked is the error of From where a handler has panicked before, and another
// one answers.
var errPanicked = errors.New("fibersession: a handler of this request has panicked, so its session is not to be had")

// A failure is an error of the runtime on its way to fiber's ErrorHandler, which
// shows the visitor its text.
type failure struct{ err error }

// answer makes an error for fiber of one of the runtime's.
func answer(err error) error { return &failure{err} }

// answerTo does so if err, which a handler has returned, is one of the runtime's
// and nobody has given it a status.
func answerTo(err error) error {
	if err == nil {
		return nil
	}
	if _, has := errors.AsType[*fiber.Error](err); has {
		return err
	}
	if _, of := errors.AsType[*runtime.FieldError](err); of {
		return answer(err)
	}
	for _, of := range []error{
		runtime.ErrUnavailable, runtime.ErrEnded, runtime.ErrConflict, runtime.ErrTooLarge, runtime.ErrHeadersSent, runtime.ErrNoMiddleware,
	} {
		if errors.Is(err, of) {
			return answer(err)
		}
	}
	return err
}

func (f *failure) status() int {
	switch {
	case errors.Is(f.err, runtime.ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.Is(f.err, runtime.ErrEnded):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// Error returns what the visitor may know.
func (f *failure) Error() string { return http.StatusText(f.status()) }

func (f *failure) Unwrap() error { return f.err }

// As is for [errors.As], by which fiber finds the status.
func (f *failure) As(target any) bool {
	e, ok := target.(**fiber.Error)
	if ok {
		*e = fiber.NewError(f.status())
	}
	return ok
}
