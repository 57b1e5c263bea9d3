package main

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/peer"
)

// A comer counts its requests, and fails at one of them, unless that is 0.
type comer struct {
	peer.Visitor
	requests atomic.Int64
	fails    int64
}

var errComer = errors.New("the visitor fails")

func (c *comer) Do(n int) error {
	if at := c.requests.Add(int64(n)); c.fails != 0 && at >= c.fails {
		return errComer
	}
	runtime.Gosched() // the others come meanwhile
	return nil
}

func crowdOf(all ...*comer) *crowd {
	c := new(crowd)
	for _, g := range all {
		c.visitors = append(c.visitors, g)
	}
	return c
}

func TestThrongStaysUntilItWasLookedAt(t *testing.T) {
	all := []*comer{{}, {}, {}}
	var before, after int64
	times, perSecond, err := crowdOf(all...).throng(time.Millisecond, func() error {
		before = all[0].requests.Load()
		for after = before; after == before; {
			after = all[0].requests.Load()
		}
		return nil
	})
	if err != nil || perSecond <= 0 {
		t.Fatal(perSecond, err)
	}
	if len(times) < atLeast*len(all) {
		t.Errorf("%d requests count", len(times))
	}
	for i, c := range all {
		if got := c.requests.Load(); got <= warmUp { // nobody leaves without one that may count
			t.Errorf("comer %d sent %d requests", i, got)
		}
	}
}

func TestThrongEndsWithAnError(t *testing.T) {
	look := func() error { return nil }
	for _, at := range []int64{1, warmUp + 1, warmUp + 5} {
		if _, _, err := crowdOf(&comer{}, &comer{fails: at}).throng(time.Millisecond, look); !errors.Is(err, errComer) {
			t.Errorf("after request %d: %v", at, err)
		}
	}
	wrong := errors.New("wrong")
	if _, _, err := crowdOf(&comer{}).throng(time.Millisecond, func() error { return wrong }); !errors.Is(err, wrong) {
		t.Errorf("of the look: %v", err)
	}
}

func TestPaceSendsNoMoreThanAreDue(t *testing.T) {
	all := []*comer{{}, {}, {}}
	const rate, duration = 1000, 20 * time.Millisecond
	done, err := crowdOf(all...).pace(rate, duration)
	if err != nil {
		t.Fatal(err)
	}
	var sent int64
	for _, g := range all {
		sent += g.requests.Load()
	}
	if most := int(rate*duration.Seconds()) + len(all); done == 0 || done > most || int(sent) != done {
		t.Errorf("%d requests, of which %d arrived, want %d at most", done, sent, most)
	}
	if _, err := crowdOf(&comer{fails: 1}).pace(rate, duration); !errors.Is(err, errComer) {
		t.Errorf("got %v", err)
	}
}
