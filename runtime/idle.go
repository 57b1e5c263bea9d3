package runtime

import (
	"context"
	"errors"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// touchIdle writes the last-seen time into the record when a tenth of the idle
// timeout has passed since it was written last. Another request that swaps the
// record meanwhile may keep the old time, so touchIdle tries again. A failure
// is an event and no error, because the next request tries, too.
func (s *Session) touchIdle(ctx context.Context) {
	if s.engine.config.IdleTimeout == 0 {
		return
	}
	now := s.engine.now()
	attempts := s.compete()
	defer attempts.Close()
	for s.touchDue(now) {
		err := next(ctx, attempts)
		if err == nil {
			err = s.touch(ctx, now)
		}
		switch {
		case err == nil, errors.Is(err, ErrExists):
		case errors.Is(err, ErrNotFound):
			return // a write of this request will find out, too
		default:
			s.tell(ctx, Event{Kind: EventFailed, ID: s.vault.ID(), Err: unavailable(err)})
			return
		}
	}
}

// touchDue tells whether the last-seen time must be written. It is called only
// if there is an idle timeout.
func (s *Session) touchDue(now time.Time) bool {
	idle := s.engine.config.IdleTimeout
	return !now.Before(s.record.Seen.Time().Add(idle / 10))
}

// touch swaps the record once. It reads the record first if another request has
// written it.
func (s *Session) touch(ctx context.Context, now time.Time) error {
	if s.recordVersion == 0 {
		v, err := s.look(ctx, s.engine.declared.Select())
		if err != nil {
			return err
		}
		if v.standing != alive {
			return ErrNotFound
		}
		if s.adopt(v, sealed.Selection{}); !s.touchDue(now) {
			return nil
		}
	}
	r := s.record
	r.Seen = sealed.MomentOf(now)
	return s.swapRecord(ctx, r)
}
