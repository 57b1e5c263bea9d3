package runtime

import "time"

// Torture asks for the long form of the tests.
var Torture = torture

// InShort says what the short form of a test leaves to the long one.
var InShort = inShort

// SetClock makes m tell the time by now.
func (m *Manager[S]) SetClock(now func() time.Time) { m.engine.now = now }

// ListEvery sets how often m asks for its list of servers.
func ListEvery(m *Memcache, d time.Duration) { m.listEvery = d }
