// Package measure takes times side by side: in one process, in trials whose
// order is shuffled, so that what the machine does beside them hits all alike.
package measure

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"time"
)

// Options say how much is measured.
type Options struct {
	Trials   int
	Duration time.Duration // of a trial, about
}

// A Start makes everything anew that a trial needs, connections included.
type Start func() (Trial, error)

// A Trial is one kind of work.
type Trial struct {
	// Prepare makes what the work uses up if it is done n times, before time is
	// taken. It is nil if it uses nothing up.
	Prepare func(n int) error

	Run  func(n int) error // does the work n times
	Stop func()
}

// run prepares n times the work, does it, and returns the time that it took.
func (t Trial) run(n int, before func()) (time.Duration, error) {
	if t.Prepare != nil {
		if err := t.Prepare(n); err != nil {
			return 0, err
		}
	}
	before()
	began := time.Now()
	err := t.Run(n)
	return time.Since(began), err
}

// A Sample is what one trial gave, per operation.
type Sample struct {
	Nanoseconds float64
	Bytes       float64
	Allocations float64
	Counted     float64
}

// Compare takes Options.Trials samples of each of the starts. Counter, if there
// is one, returns a number whose growth is wanted, too.
func Compare(starts []Start, o Options, counter func() (int64, error)) ([][]Sample, error) {
	samples := make([][]Sample, len(starts))
	for range o.Trials {
		for _, i := range rand.Perm(len(starts)) {
			s, err := trial(starts[i], o.Duration, counter)
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

func trial(start Start, duration time.Duration, counter func() (int64, error)) (Sample, error) {
	t, err := start()
	if err != nil {
		return Sample{}, err
	}
	defer t.Stop()
	n, err := calibrate(t, duration)
	if err != nil {
		return Sample{}, err
	}
	if counter == nil {
		counter = func() (int64, error) { return 0, nil }
	}
	return sample(t, n, counter)
}

// calibrate warms up, and returns how often the work can be done in the
// duration.
func calibrate(t Trial, duration time.Duration) (int, error) {
	const share = 5 // of the duration, for the warming up
	for n := 1; ; n *= 2 {
		took, err := t.run(n, func() {})
		if err != nil {
			return 0, err
		}
		if took >= duration/share {
			return max(1, int(float64(n)*float64(duration)/float64(took))), nil
		}
	}
}

func sample(t Trial, n int, counter func() (int64, error)) (Sample, error) {
	var counted int64
	var uncounted error
	var before, after runtime.MemStats
	took, err := t.run(n, func() {
		counted, uncounted = counter()
		runtime.GC()
		runtime.ReadMemStats(&before)
	})
	if err = cmp.Or(err, uncounted); err != nil {
		return Sample{}, err
	}
	runtime.ReadMemStats(&after)
	recounted, err := counter()
	if err != nil {
		return Sample{}, err
	}
	per := 1 / float64(n)
	return Sample{
		Nanoseconds: float64(took.Nanoseconds()) * per,
		Bytes:       float64(after.TotalAlloc-before.TotalAlloc) * per,
		// Rounded down, as package testing does it: the odd one is the
		// garbage collector's, or that of a pool that it has emptied.
		Allocations: float64((after.Mallocs - before.Mallocs) / uint64(n)),
		Counted:     float64(recounted-counted) * per,
	}, nil
}
