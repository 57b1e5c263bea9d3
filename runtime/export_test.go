package runtime

import "time"

// Torture asks for the long form of the tests.
var Torture = torture

// SetClock makes m tell the time by now.
func (m *Manager[S]) SetClock(now func() time.Time) { m.engine.now = now }
