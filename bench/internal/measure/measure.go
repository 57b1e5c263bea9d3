// Package measure takes times side by side: in one process, in trials whose
// order is shuffled, so that what the machine does beside them hits all alike.
package measure

import (
	"math/rand/v2"
	"runtime"
	"time"
)

// Options say how much is measured.
type Options struct {
	Trials   int
	Duration time.Duration // of a trial, about
}

// A Start makes everything anew that a trial needs, connections included. Run
// does the work n times.
type Start func() (run Run, stop func(), err error)

// Run does the work n times.
type Run func(n int) error

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
	run, stop, err := start()
	if err != nil {
		return Sample{}, err
	}
	defer stop()
	n, err := calibrate(run, duration)
	if err != nil {
		return Sample{}, err
	}
	if counter == nil {
		counter = func() (int64, error) { return 0, nil }
	}
	return sample(run, n, counter)
}

// calibrate warms up, and returns how often the work can be done in the
// duration.
func calibrate(run Run, duration time.Duration) (int, error) {
	const share = 5 // of the duration, for the warming up
	for n := 1; ; n *= 2 {
		began := time.Now()
		if err := run(n); err != nil {
			return 0, err
		}
		if took := time.Since(began); took >= duration/share {
			return max(1, int(float64(n)*float64(duration)/float64(took))), nil
		}
	}
}

func sample(run Run, n int, counter func() (int64, error)) (Sample, error) {
	counted, err := counter()
	if err != nil {
		return Sample{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	if err := run(n); err != nil {
		return Sample{}, err
	}
	took := time.Since(began)
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
