package runtime

import "time"

// SetClock makes m tell the time by now.
func (m *Manager[S]) SetClock(now func() time.Time) { m.engine.now = now }
