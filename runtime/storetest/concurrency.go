package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

const racers = 32

// race calls f on many goroutines at once and returns their errors.
func race(f func(i int) error) []error {
	errs := make([]error, racers)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// wantOneWinner checks that one of the racers won and all others got
// ErrExists, and that the winner's value is the one that is stored.
func (p *probe) wantOneWinner(key string, errs []error) {
	p.Helper()
	winners := 0
	for i, err := range errs {
		switch {
		case err == nil:
			winners++
			p.wantValue(key, fmt.Sprint(i))
		case !errors.Is(err, runtime.ErrExists):
			p.Errorf("a loser got %v, want %v", err, runtime.ErrExists)
		}
	}
	if winners != 1 {
		p.Fatalf("%d of %d succeeded, want 1", winners, len(errs))
	}
}

func oneOfManyAddsWins(p *probe) {
	for range 10 {
		s := newSession()
		p.wantOneWinner(s, race(func(i int) error {
			return p.store.Add(p.Context(), []runtime.Item{item(s, fmt.Sprint(i))})[0]
		}))
	}
}

func oneOfManySwapsWins(p *probe) {
	for range 10 {
		s := newSession()
		version := p.add(item(s, "start"))[s].Version
		p.wantOneWinner(s, race(func(i int) error {
			next := item(s, fmt.Sprint(i))
			next.Version = version
			return p.store.Swap(p.Context(), []runtime.Item{next})[0]
		}))
	}
}

// noUpdateIsLost appends to one value from many goroutines.
func noUpdateIsLost(p *probe) {
	s := newSession()
	p.add(item(s, ""))
	for i, err := range race(func(int) error { return appendTo(p.Context(), p.store, s) }) {
		if err != nil {
			p.Errorf("goroutine %d: %v", i, err)
		}
	}
	if got := len(p.one(s).Value); got != racers {
		p.Errorf("%d of %d updates are there", got, racers)
	}
}

// appendTo appends a byte to the value under key. With every attempt that
// fails some other goroutine has succeeded, so few are enough.
func appendTo(ctx context.Context, store runtime.Store, key string) error {
	for range racers {
		items, err := store.Get(ctx, []string{key})
		if err != nil {
			return err
		}
		next := items[key]
		next.Key, next.Value = key, append(next.Value[:len(next.Value):len(next.Value)], 'x')
		err = store.Swap(ctx, []runtime.Item{next})[0]
		if !errors.Is(err, runtime.ErrExists) {
			return err
		}
	}
	return fmt.Errorf("%d swaps failed", racers)
}

// readsKeepTheirOrder stores a variable and then the record, over and over. So
// who reads the record and then the variable can't find the record alone.
func readsKeepTheirOrder(p *probe) {
	for range 200 {
		s := newSession()
		record, variable := item(s, "record"), item(s+"-a", "a")
		stored := make(chan error, 1)
		go func() {
			err := errors.Join(p.store.Add(p.Context(), []runtime.Item{variable})...)
			if err == nil {
				err = errors.Join(p.store.Add(p.Context(), []runtime.Item{record})...)
			}
			stored <- err
		}()
		for done := false; !done; {
			select {
			case err := <-stored:
				if done = true; err != nil {
					p.Fatalf("Add: %v", err)
				}
			default:
			}
			items := p.get(record.Key, variable.Key)
			if len(items) == 1 && items[record.Key].Key != "" {
				p.Fatalf("Get read the second key before the first")
			}
		}
	}
}

func doneContextIsUnavailable(p *probe) {
	canceled, cancel := context.WithCancel(p.Context())
	cancel()
	late, cancel := context.WithDeadline(p.Context(), time.Now().Add(-time.Second))
	defer cancel()
	s := newSession()
	stored := p.add(item(s, "x"))[s]
	for _, ctx := range []context.Context{canceled, late} {
		want := func(call string, err error) {
			if !errors.Is(err, runtime.ErrUnavailable) || !errors.Is(err, ctx.Err()) {
				p.Errorf("%s gave %v, want an error that is %q and %q", call, err, runtime.ErrUnavailable, ctx.Err())
			}
		}
		_, err := p.store.Get(ctx, []string{s})
		want("Get", err)
		both := []runtime.Item{stored, item(s+"-a", "y")}
		for call, errs := range map[string][]error{
			"Add":    p.store.Add(ctx, both),
			"Swap":   p.store.Swap(ctx, both),
			"Delete": p.store.Delete(ctx, keysOf(both)),
		} {
			if len(errs) != len(both) {
				p.Fatalf("%s gave %d results for %d", call, len(errs), len(both))
			}
			for _, err := range errs {
				want(call, err)
			}
		}
	}
}
