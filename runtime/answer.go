package runtime

import (
	"errors"
	"log/slog"
	"net/http"
)

// Error answers a request whose session can't be had, as the middleware answers
// one whose session can't be stored: by [Config.ErrorHandler], without the headers
// that the handler has set. By default that logs err and sends status 503 if the
// store is unavailable, 409 if the session ended meanwhile, and 500 otherwise. err
// is that of From, Login, Save or any other method that talks to the store. What
// the handler has set is not stored, and what it writes afterwards is not sent.
// When something was written before, err is logged, and that is all.
func (m *Manager[S]) Error(w http.ResponseWriter, r *http.Request, err error) {
	m.engine.failInstead(w, r, err)
}

// failInstead lets the request fail as if its commit had. Where the header has left,
// there is nothing to answer any more, and outside of the middleware only the
// ErrorHandler is called.
func (e *engine) failInstead(w http.ResponseWriter, hr *http.Request, err error) {
	innermost, _ := requestOf(hr.Context())
	r := innermost
	for r != nil && r.engine != e {
		r = r.outer
	}
	switch {
	case r == nil || r.over.Load():
		e.config.ErrorHandler(w, hr, err)
	case r.response.Refused() != nil: // it has failed already
	case r.response.HeaderLeft() || r.response.WentAround():
		e.logRequest(hr.Context(), hr, slog.LevelError, "session error behind the header", slog.Any("error", withoutValue(err)))
	default:
		for inner := innermost; inner != r; inner = inner.outer {
			inner.beforeHeader() // those of other managers are stored, as if the handler had answered
		}
		if r.response.Refused() == nil && !r.response.HeaderLeft() {
			r.join()
			r.fail(hr, err)
		}
	}
}

// answer is the default of [Config.ErrorHandler]. It tells what went wrong to
// the log alone.
func (e *engine) answer(w http.ResponseWriter, r *http.Request, err error) {
	status, level := http.StatusInternalServerError, slog.LevelError
	switch {
	case errors.Is(err, ErrUnavailable):
		status, level = http.StatusServiceUnavailable, slog.LevelWarn
	case errors.Is(err, ErrEnded):
		status, level = http.StatusConflict, slog.LevelDebug
	}
	if !errors.Is(err, ErrUnavailable) || e.throttles.answered.allow(e.now()) {
		e.logRequest(r.Context(), r, level, "session error", slog.Any("error", withoutValue(err)))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
