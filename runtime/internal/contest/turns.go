package contest

import (
	"context"
	"sync"
	"time"
)

// Turns lets the contests of one process that compete for one key take turns.
// Compare-and-swap alone would be correct, but a thousand contests at once
// would spend most of their time on lost attempts. Only a contest that has lost
// once takes a turn. The zero value is ready for use.
//
// A turn is a courtesy and no lock: a contest that has waited for [Patience]
// goes on without a turn.
type Turns struct {
	mu     sync.Mutex
	queues map[string]*queue // by key
}

type queue struct {
	turn  chan struct{} // holds an element while a turn lasts
	users int
}

// Patience is how long a contest waits for a turn.
const Patience = 5 * time.Second

// take waits for the turn at a key. It returns a function that ends the turn,
// and that must be called even if the wait was in vain.
func (t *Turns) take(ctx context.Context, key string) (end func()) {
	q := t.enter(key)
	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case q.turn <- struct{}{}:
		return func() {
			<-q.turn
			t.leave(key, q)
		}
	case <-timer.C:
	case <-ctx.Done():
	}
	return func() { t.leave(key, q) }
}

func (t *Turns) enter(key string) *queue {
	t.mu.Lock()
	defer t.mu.Unlock()
	q := t.queues[key]
	if q == nil {
		if t.queues == nil {
			t.queues = map[string]*queue{}
		}
		q = &queue{turn: make(chan struct{}, 1)}
		t.queues[key] = q
	}
	q.users++
	return q
}

func (t *Turns) leave(key string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(t.queues, key)
	}
}
