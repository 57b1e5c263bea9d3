package runtime

import (
	"slices"
	"sync/atomic"
	"time"
)

// latencyBounds are the upper bounds of the buckets, but for the last one, which
// has none. A memcached beside the app answers within the first two, one that is
// slow or far away within the next ten; a call ends after 2 seconds by default.
var latencyBounds = [...]time.Duration{
	50 * time.Microsecond, 100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	1 * time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	1 * time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// A latency counts how long calls took. Calls that end at the same time don't wait
// for each other.
type latency struct {
	nanoseconds atomic.Int64 // of all calls together
	buckets     [len(latencyBounds) + 1]atomic.Uint64
}

func (l *latency) add(took time.Duration) {
	bucket := 0
	for bucket < len(latencyBounds) && took > latencyBounds[bucket] { // most calls end within the first few
		bucket++
	}
	l.buckets[bucket].Add(1)
	l.nanoseconds.Add(int64(took))
}

// A Histogram tells how many calls took how long.
type Histogram struct {
	// Count is the number of calls, Sum the seconds that they took together.
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`

	// Buckets has the number of calls by how long they took: the first one, of those
	// that took Bounds[0] at most; the one at i, of those that took longer than
	// Bounds[i-1], and Bounds[i] at most; the last one, of which Bounds has no entry,
	// of all that took longer. Together they are Count.
	Buckets []uint64 `json:"buckets"`

	// Bounds are in seconds, in ascending order.
	Bounds []float64 `json:"bounds"`
}

// histogram returns what was counted so far.
func (l *latency) histogram() Histogram {
	h := Histogram{
		Sum:     time.Duration(l.nanoseconds.Load()).Seconds(),
		Buckets: make([]uint64, len(l.buckets)),
		Bounds:  make([]float64, len(latencyBounds)),
	}
	for i, bound := range latencyBounds {
		h.Bounds[i] = bound.Seconds()
	}
	for i := range l.buckets {
		h.Buckets[i] = l.buckets[i].Load()
		h.Count += h.Buckets[i]
	}
	return h
}

// Quantile returns an upper bound of how long the given share of the calls took, from
// 0 to 1: the bound of the bucket in which the slowest of them is. It is 0 if there
// are no calls, and the largest bound if the call took even longer.
func (h Histogram) Quantile(share float64) time.Duration {
	if h.Count == 0 || len(h.Bounds) == 0 {
		return 0
	}
	rank := share * float64(h.Count)
	seen := uint64(0)
	for i, n := range h.Buckets {
		if seen += n; n > 0 && float64(seen) >= rank {
			return seconds(h.Bounds[min(i, len(h.Bounds)-1)])
		}
	}
	return seconds(slices.Max(h.Bounds))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
