package memcached

import (
	"context"
	"slices"
	"sync"
	"time"
)

// watchEvery is how long it takes at most until the end of a context interrupts a
// call.
const watchEvery = 20 * time.Millisecond

// A watch interrupts calls whose contexts end, by looking at all of them from time
// to time. To have each context tell would take as long as a read does beside
// waiting for the server, because nearly every request has a context that may
// end, and hardly any call is still under way when it does.
type watch struct {
	mu    sync.Mutex
	timer *time.Timer // calls look; nil before the first call
	ticks bool        // the timer is running
	lanes []*lane     // with a call
	last  uint64      // the number of the last call
}

// watched is a call, which the watch keeps with its lane.
type watched struct {
	lane        *lane
	ctx         context.Context
	call        uint64 // its number, from 1 on; 0: there is none
	place       int    // in lanes
	interrupted bool
}

// begin watches the call on l that ends at the limit.
func (w *watch) begin(l *lane, end limit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last++
	l.watched = watched{lane: l, ctx: end.ctx, call: w.last, place: len(w.lanes)}
	w.lanes = append(w.lanes, l)
	if w.ticks {
		return
	}
	w.ticks = true
	if w.timer == nil {
		w.timer = time.AfterFunc(watchEvery, w.look)
	} else {
		w.timer.Reset(watchEvery)
	}
}

// end watches the call no more, and tells whether it was interrupted. A call that
// was not cannot be any more.
func (w *watch) end(l *lane) (interrupted bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end := len(w.lanes) - 1
	moved := w.lanes[end]
	w.lanes[l.watched.place], moved.watched.place = moved, l.watched.place
	w.lanes[end] = nil
	w.lanes = w.lanes[:end]
	interrupted = l.watched.interrupted
	l.watched = watched{}
	return interrupted
}

// look interrupts the calls whose contexts have ended. It does not hold the lock
// while it asks them: a context may be the app's own, and do anything.
func (w *watch) look() {
	ended := slices.DeleteFunc(w.calls(), func(c watched) bool { return c.ctx.Err() == nil })
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range ended {
		if l := c.lane; l.watched.call == c.call && !l.watched.interrupted {
			l.watched.interrupted = true
			_ = l.Conn.SetDeadline(time.Unix(1, 0))
		}
	}
	if w.ticks = len(w.lanes) > 0; w.ticks {
		w.timer.Reset(watchEvery)
	}
}

// calls returns the calls that are under way.
func (w *watch) calls() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := make([]watched, len(w.lanes))
	for i, l := range w.lanes {
		calls[i] = l.watched
	}
	return calls
}
