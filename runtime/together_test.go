package runtime_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// A distant store takes a while for each call, going to and fro.
type distant struct {
	runtime.Store
	away time.Duration
}

func (d distant) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	time.Sleep(d.away / 2)
	defer time.Sleep(d.away / 2)
	return d.Store.Get(ctx, keys)
}

func (d distant) Swap(ctx context.Context, items []runtime.Item) []error {
	time.Sleep(d.away / 2)
	defer time.Sleep(d.away / 2)
	return d.Store.Swap(ctx, items)
}

// The clock is not the real one: what passes is what requests wait for the store
// and for each other. Alone, a request takes two ways to the store. Who loses waits
// at random, and two may hinder each other for long, once in a hundred times: so the
// best of some runs counts.
func TestUpdatesSideBySideWaitLittleForEachOther(t *testing.T) {
	const most, runs = 2.3, 5
	for _, visitors := range []int{1, 2, 8, 64} {
		ways := waysOfUpdates(t, visitors)
		for run := 1; run < runs && ways > most; run++ {
			ways = min(ways, waysOfUpdates(t, visitors))
		}
		if ways > most {
			t.Errorf("%d side by side take %.1f ways to the store each, want %v at most", visitors, ways, most)
		}
	}
}

// waysOfUpdates returns how many ways to the store an update takes when that many
// visitors make some side by side.
func waysOfUpdates(t *testing.T, visitors int) (ways float64) {
	const requests, away = 50, 100 * time.Microsecond
	synctest.Test(t, func(t *testing.T) {
		sessions := mustSessions(t, runtime.Config{Store: distant{runtime.NewMemory(), away}})
		cookie, err := sessions.Issue(t.Context(), SessionFields{Visits: 1})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var all sync.WaitGroup
		for range visitors {
			all.Go(func() {
				for range requests {
					s, err := sessions.Open(t.Context(), cookie.Value)
					if err != nil {
						t.Error(err)
						return
					}
					if err := s.UpdateVisits(t.Context(), func(n *int) error { *n++; return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		ways = float64(time.Since(began)/time.Duration(visitors*requests)) / float64(away)
	})
	return ways
}
