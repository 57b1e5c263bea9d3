package main

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/peer"
)

const (
	warmUp  = 2 // requests of each visitor of a throng before any count, for its connections
	atLeast = 3 // requests that count, for each visitor on average
)

// A throng is visitors who come side by side, each one again and again. Requests
// that begin while it counts are timed, however long they take, and nobody
// leaves before the last of these has its answer: else it would be one of a
// smaller throng.
type throng struct {
	phase  atomic.Int32 // warming to over
	done   atomic.Int64 // requests
	failed atomic.Bool
	warm   sync.WaitGroup // visitors that warm up
	timing sync.WaitGroup // visitors that have a request that counts, or may yet
}

const (
	warming = iota
	counting
	closing
	over
)

// throng lets all known visitors come for some time. It returns the times of their
// requests in nanoseconds, and how many there were in a second. Look is called
// before they leave.
func (c *crowd) throng(duration time.Duration, look func() error) (times []float64, perSecond float64, err error) {
	n := len(c.visitors)
	t := new(throng)
	t.warm.Add(n)
	t.timing.Add(n)
	each, errs := make([][]float64, n), make([]error, n)
	var all sync.WaitGroup
	for i, v := range c.visitors {
		all.Go(func() { each[i], errs[i] = t.visit(v) })
	}
	t.warm.Wait()
	perSecond = t.count(duration, int64(atLeast*n))
	err = look()
	t.timing.Wait()
	t.phase.Store(over)
	all.Wait()
	return slices.Concat(each...), perSecond, cmp.Or(append(errs, err)...)
}

// count lets requests count until there were so many, and for some time, and
// returns how many there were in a second.
func (t *throng) count(duration time.Duration, requests int64) float64 {
	began, before := time.Now(), t.done.Load()
	t.phase.Store(counting)
	for {
		time.Sleep(duration / 10)
		took, done := time.Since(began), t.done.Load()-before
		if took >= duration && done >= requests || t.failed.Load() {
			t.phase.Store(closing)
			return float64(done) / took.Seconds()
		}
	}
}

// visit lets one visitor come until all is over, and returns the times that
// count.
func (t *throng) visit(v peer.Visitor) (times []float64, err error) {
	leave := sync.OnceFunc(t.timing.Done)
	defer leave()
	err = v.Do(warmUp)
	t.warm.Done()
	for err == nil {
		phase := t.phase.Load()
		if phase == over {
			return times, nil
		}
		if phase == closing {
			leave()
		}
		began := time.Now()
		err = v.Do(1)
		if phase == counting {
			times = append(times, float64(time.Since(began)))
		}
		t.done.Add(1)
	}
	t.failed.Store(true)
	return nil, err
}
