package memcached

import (
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
//
// It looks at the contexts' channels, and calls no method of a context. A context
// may be the app's own: it may do anything, and may serve another request as soon
// as the call is over.
type watch struct {
	mu    sync.Mutex
	ticks bool    // a timer is running
	lanes []*lane // with a call
}

// watched is a call, which the watch keeps with its lane.
type watched struct {
	ended       <-chan struct{} // closed when the call's context has ended
	place       int             // in lanes
	interrupted bool
}

// begin watches the call on l, whose context closes ended when it ends.
func (w *watch) begin(l *lane, ended <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l.watched = watched{ended: ended, place: len(w.lanes)}
	w.lanes = append(w.lanes, l)
	if !w.ticks {
		w.tick()
	}
}

// tick has the watch look some time later. It takes a new timer each time: one that
// was made in a bubble of testing/synctest can't be used outside.
func (w *watch) tick() {
	w.ticks = true
	time.AfterFunc(watchEvery, w.look)
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

// look interrupts the calls whose contexts have ended.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.lanes {
		select {
		case <-l.watched.ended:
			l.watched.interrupted = true
			_ = l.Conn.SetDeadline(time.Unix(1, 0))
		default:
		}
	}
	w.ticks = false
	if len(w.lanes) > 0 {
		w.tick()
	}
}
