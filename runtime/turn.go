package runtime

import (
	"context"
	"sync"
	"time"
)

// turns lets those requests of one process take turns that compete for one
// session. Compare-and-swap alone is right, but a thousand requests at once
// would spend their time on losing. Only who has lost once takes a turn.
//
// It is a courtesy, no lock: who waited for turnPatience goes on without.
type turns struct {
	mu     sync.Mutex
	queues map[string]*queue // by the session's key
}

type queue struct {
	turn  chan struct{} // holds an element while somebody's turn lasts
	users int
}

const turnPatience = 5 * time.Second

// take waits for the turn at a session and returns what ends it.
func (t *turns) take(ctx context.Context, session string) (end func()) {
	q := t.enter(session)
	timer := time.NewTimer(turnPatience)
	defer timer.Stop()
	select {
	case q.turn <- struct{}{}:
		return func() {
			<-q.turn
			t.leave(session, q)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return func() { t.leave(session, q) }
}

func (t *turns) enter(session string) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queues[session]
	if q == nil {
		if t.queues == nil {
			t.queues = map[string]*queue{}
		}
		q = &queue{turn: make(chan struct{}, 1)}
		t.queues[session] = q
	}
	q.users++
	return q
}

func (t *turns) leave(session string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(t.queues, session)
	}
}
