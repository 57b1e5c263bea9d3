package runtime

import (
	"cmp"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// absolute returns when the absolute lifetime of the session ends.
func (s *Session) absolute(r sealed.Record) time.Time {
	return r.Created.Time().Add(s.engine.lifetime(r.Life))
}

// lifetime returns how long a session lives.
func (e *engine) lifetime(l sealed.Life) time.Duration {
	return cmp.Or(l.Lifetime, e.config.Lifetime)
}

// idleEnd returns when the session ends if it is not loaded before. That is a
// tenth later than the configured idle timeout, because the last-seen time is
// written only when a tenth of the timeout has passed.
func (s *Session) idleEnd(r sealed.Record) time.Time {
	idle := s.engine.config.IdleTimeout
	return r.Seen.Time().Add(idle + idle/10)
}

// recordExpires returns when the store may forget the record.
func (s *Session) recordExpires(r sealed.Record) time.Time {
	expires := s.absolute(r)
	if s.engine.config.IdleTimeout > 0 {
		return earlier(expires, s.idleEnd(r))
	}
	return expires
}

// bodyExpires returns when the store may forget a variable.
func (s *Session) bodyExpires(r sealed.Record, b sealed.Body) time.Time {
	expires := s.absolute(r)
	if deadline := b.Deadline(); !deadline.IsZero() {
		return earlier(expires, deadline)
	}
	return expires
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
