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
// the handler has set is not stored, nothing may be written before, and what it
// writes afterwards is not sent.
func (m *Manager[S]) Error(w http.ResponseWriter, r *http.Request, err error) {
	m.engine.failInstead(w, r, err)
}

// failInstead lets the request fail as if its commit had. Where no header can be
// changed any more, and outside of the middleware, only the ErrorHandler is called.
func (e *engine) failInstead(w http.ResponseWriter, hr *http.Request, err error) {
	r, _ := requestOf(hr.Context())
	for r != nil && r.engine != e {
		r = r.outer
	}
	switch {
	case r == nil || r.over.Load():
	case r.response.Refused() != nil:
		return // it has failed already
	case !r.response.HeaderLeft() && !r.response.WentAround():
		r.join()
		r.fail(err)
		return
	}
	e.config.ErrorHandler(w, hr, err)
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
