package runtime

import (
	"context"
	"errors"
	"testing"
)

func TestPauseBeforeEveryAttemptEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for attempt := 1; attempt <= maxAttempts; attempt++ {
		if err := pause(ctx, attempt); err != nil && !errors.Is(err, ErrConflict) {
			t.Errorf("attempt %d: %v", attempt, err)
		}
	}
}
