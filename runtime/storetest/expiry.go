package storetest

import (
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A store's clock may tick once a second, and skip ticks on a busy machine.
const (
	earliness = 1500 * time.Millisecond
	lateness  = 5 * time.Second
	poll      = 20 * time.Millisecond
)

// expiryIsKept checks that items expire, each at about its time, and that
// nothing else does.
func expiryIsKept(p *probe) {
	s := newSession()
	now := time.Now()
	hour := now.Add(time.Hour)
	in := func(name string, expires time.Time) runtime.Item {
		return runtime.Item{Key: s + "-" + name, Value: []byte(name), Expires: expires}
	}
	shortened, prolonged := in("shortened", hour), in("prolonged", now.Add(2*time.Second))
	stored := p.add(shortened, prolonged)
	shortened.Expires, prolonged.Expires = prolonged.Expires, shortened.Expires
	shortened.Version, prolonged.Version = stored[shortened.Key].Version, stored[prolonged.Key].Version
	p.wantSwap([]runtime.Item{shortened, prolonged}, nil, nil)

	kept := []runtime.Item{
		in("never", time.Time{}),
		in("hour", hour),
		in("two_months", now.Add(60*24*time.Hour)), // to memcached, more than 30 days are a date
	}
	p.wantAdd(kept, make([]error, len(kept))...)
	gone := []runtime.Item{
		in("soon", time.Now().Add(300*time.Millisecond)),
		in("second", time.Now().Add(time.Second)),
		in("fraction", time.Now().Add(1900*time.Millisecond)),
	}
	p.wantAdd(gone, make([]error, len(gone))...)
	alone := runtime.Item{Key: newSession(), Value: []byte("alone"), Expires: now.Add(time.Second)}
	p.wantAdd([]runtime.Item{alone}, nil)

	for _, item := range append(gone, alone, shortened) {
		p.waitUntilGone(item)
	}
	kept = append(kept, prolonged)
	p.wantKeys(keysOf(append(gone, kept...)), keysOf(kept)...)

	p.wantSwap([]runtime.Item{shortened}, runtime.ErrNotFound)
	p.wantDelete([]string{shortened.Key}, nil)
	again := p.add(in("shortened", hour))[shortened.Key]
	if again.Version == shortened.Version {
		p.Errorf("version %d was used again after its item had expired", again.Version)
	}
}

func (p *probe) waitUntilGone(item runtime.Item) {
	p.Helper()
	for {
		asked := time.Now()
		if _, there := p.get(item.Key)[item.Key]; !there {
			if early := time.Until(item.Expires); early > earliness {
				p.Errorf("%q is gone %v before it expires", item.Value, early)
			}
			return
		}
		if late := asked.Sub(item.Expires); late > lateness {
			p.Errorf("%q is there %v after it expired", item.Value, late)
			return
		}
		time.Sleep(poll)
	}
}
