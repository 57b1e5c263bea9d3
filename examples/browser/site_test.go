package browser

import (
	"context"
	"sync"
)

// A meeting lets requests go on when two are there.
type meeting struct {
	mu   sync.Mutex
	here chan struct{} // closed when the second comes; nil: nobody waits
}

// wait returns when another one waits, too, or when ctx is done.
func (m *meeting) wait(ctx context.Context) {
	m.mu.Lock()
	if m.here != nil {
		close(m.here)
		m.here = nil
		m.mu.Unlock()
		return
	}
	here := make(chan struct{})
	m.here = here
	m.mu.Unlock()
	select {
	case <-here:
	case <-ctx.Done():
	}
}
