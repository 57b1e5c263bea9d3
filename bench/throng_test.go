package main

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// A guest counts its requests, and fails at one of them, unless that is 0.
type guest struct {
	requests atomic.Int64
	fails    int64
}

var errGuest = errors.New("the guest fails")

func (g *guest) Do(n int) error {
	if at := g.requests.Add(int64(n)); g.fails != 0 && at >= g.fails {
		return errGuest
	}
	time.Sleep(time.Microsecond) // the others come meanwhile
	return nil
}

func crowdOf(guests ...*guest) *crowd {
	c := new(crowd)
	for _, g := range guests {
		c.visitors = append(c.visitors, g)
	}
	return c
}

func TestThrongStaysUntilItWasLookedAt(t *testing.T) {
	guests := []*guest{{}, {}, {}}
	var before, after int64
	times, perSecond, err := crowdOf(guests...).throng(time.Millisecond, func() error {
		before = guests[0].requests.Load()
		for after = before; after == before; {
			after = guests[0].requests.Load()
		}
		return nil
	})
	if err != nil || perSecond <= 0 {
		t.Fatal(perSecond, err)
	}
	if len(times) < atLeast*len(guests) {
		t.Errorf("%d requests count", len(times))
	}
	for i, g := range guests {
		if got := g.requests.Load(); got < warmUp {
			t.Errorf("guest %d sent %d requests", i, got)
		}
	}
}

func TestThrongEndsWithAnError(t *testing.T) {
	look := func() error { return nil }
	for _, at := range []int64{1, warmUp + 1, warmUp + 5} {
		if _, _, err := crowdOf(&guest{}, &guest{fails: at}).throng(time.Millisecond, look); !errors.Is(err, errGuest) {
			t.Errorf("after request %d: %v", at, err)
		}
	}
	wrong := errors.New("wrong")
	if _, _, err := crowdOf(&guest{}).throng(time.Millisecond, func() error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("of the look: %v", err)
	}
}

func TestPaceSendsNoMoreThanAreDue(t *testing.T) {
	guests := []*guest{{}, {}, {}}
	const rate, duration = 1000, 20 * time.Millisecond
	done, err := crowdOf(guests...).pace(rate, duration)
	if err != nil {
		t.Fatal(err)
	}
	var sent int64
	for _, g := range guests {
		sent += g.requests.Load()
	}
	if most := int(rate*duration.Seconds()) + len(guests); done == 0 || done > most || int(sent) != done {
		t.Errorf("%d requests, of which %d arrived, want %d at most", done, sent, most)
	}
	if _, err := crowdOf(&guest{fails: 1}).pace(rate, duration); !errors.Is(err, errGuest) {
		t.Errorf("got %v", err)
	}
}
