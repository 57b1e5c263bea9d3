package runtime

import (
	"errors"
	"log/slog"
	"net/http"
)

// Error answers a request whose session can't be had, as the middleware answers
// one whose session can't be stored: by [Config.ErrorHandler]. By default that
// logs err and sends status 503 if the store is unavailable, 409 if the session
// ended meanwhile, and 500 otherwise. Nothing may be written before, and err is
// that of From, Login, Save or any other method that talks to the store.
func (m *Manager[S]) Error(w http.ResponseWriter, r *http.Request, err error) {
	m.engine.config.ErrorHandler(w, r, err)
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
