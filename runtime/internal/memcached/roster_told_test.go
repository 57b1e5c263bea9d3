package memcached_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// Each list is adopted by a process that has just begun. The server that leaves
// first is all that the last list shares with the ones before.
func TestServerIsToldThatItLeavesByAProcessThatHasJustBegun(t *testing.T) {
	a, b, c := threeServers(t)
	d := memcachedtest.Start(t)
	for name, lists := range map[string][][]string{
		"two":   {{a, b}, {b}, {a}},
		"three": {{a, b, c}, {b, c}, {a, d}},
	} {
		moved := make(map[int]bool)
		for i, list := range lists {
			p := way{}.newProcess(t, list...)
			if err := p.Attempt(t.Context()); err != nil {
				t.Fatal(err)
			}
			for n := range 60 {
				items := sessionOf(n)
				if i == 0 {
					_ = p.call(t.Context(), "Delete", items)
					p.mustAdd(t, items)
				}
				moved[n] = moved[n] || i == 1 && p.mustCount(t, items) == 0
				if moved[n] && p.mustCount(t, items) > 0 {
					t.Errorf("%s: session %d is found again with list %d", name, n, i)
				}
			}
			p.Close()
		}
	}
}

// Nobody knows what list a server has that was down when the first one was adopted.
func TestServerThatWasSilentFirstServesNothingOfWhatItHasKept(t *testing.T) {
	names := []string{"a:11211", "b:11211", "c:11211"}
	w := newWire(newBoxes(names...))
	list := func(context.Context) ([]string, error) { return names, nil }
	p := w.newStore(list)
	defer p.Close()
	w.setCut("c:11211", true)
	if err := p.Attempt(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.setCut("c:11211", false)
	fixed := store{memcached.NewClient(addressesOf(t, names...), memcached.Options{Timeout: patient, Dialer: memcached.Dialer{DialContext: w.dial}})}
	defer fixed.Close()
	for n := range 30 {
		items := sessionOf(n)
		fixed.mustAdd(t, items)
		if got, silent := p.mustCount(t, items), p.ServerOf(items[0].Key) == "c:11211"; (got == 0) != silent {
			t.Errorf("%d items are found, on the server that was silent: %v", got, silent)
		}
	}
}

// A resolver that nobody answers takes all the time that it is given, and a Servers
// that was written without care takes more.
func TestProcessWhoseListDoesNotComeFollowsTheOthers(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			boxes, both := newBoxes("a:11211", "b:11211"), []string{"a:11211", "b:11211"}
			release := make(chan bool)
			defer close(release)
			asked := 0
			p := newWire(boxes).newStore(func(ctx context.Context) ([]string, error) {
				if asked++; asked == 1 {
					return both, nil
				}
				if heeds {
					<-ctx.Done()
				} else {
					<-release
				}
				return nil, ctx.Err()
			})
			defer p.Close()
			p.mustAdd(t, sessionOf(0))
			q := newWire(boxes).newStore(func(context.Context) ([]string, error) { return both[1:], nil })
			defer q.Close()
			q.mustCount(t, sessionOf(0))
			time.Sleep(20 * time.Second)
			if got := p.Servers(); !slices.Equal(got, both[1:]) {
				t.Errorf("heeds its context %v: servers are %q", heeds, got)
			}
		})
	}
}
