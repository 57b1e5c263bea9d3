package memcached_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// The benchmarks compare both ways of a client with bare gomemcache doing
// the same on the same memcached, and report ratios of the times. Round trips
// on one machine come in several modes, and a connection tends to stay in one:
// so each trial is on fresh connections, the contenders take turns in random
// order, and the medians are compared.
const (
	wayTrials = 41
	wayCalls  = 150 // of a trial
)

// A contender does what is measured once, on connections of its own.
type contender func() error

// compareWays reports the time of each contender, and its ratio to that of bare.
func compareWays(b *testing.B, open map[string]func() (contender, func())) {
	names := slices.Collect(maps.Keys(open))
	took := make(map[string][]time.Duration)
	for range wayTrials {
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names {
			do, end := open[name]()
			took[name] = append(took[name], trial(b, do))
			end()
		}
	}
	median := func(name string) float64 {
		slices.Sort(took[name])
		return float64(took[name][wayTrials/2]) / wayCalls
	}
	bare := median("bare")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(bare, "bare-ns")
	for _, name := range names {
		if name != "bare" {
			b.ReportMetric(median(name)/bare, name+"/bare")
		}
	}
}

func trial(b *testing.B, do contender) time.Duration {
	for range wayCalls / 10 { // dials and warms up
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	start := time.Now()
	for range wayCalls {
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

// itemsToBench are a record and n variables of one session, with values of the
// size.
func itemsToBench(n, size int) []memcached.Command {
	items := make([]memcached.Command, 1+n)
	session := "session:" + uuid.NewString()
	for i := range items {
		items[i] = memcached.Command{Key: session, Value: make([]byte, size), Expires: time.Now().Add(time.Hour)}
		if i > 0 {
			items[i].Key = fmt.Sprintf("%s-variable%d", session, i)
		}
	}
	return items
}

// contenders returns bare gomemcache and both ways of a client.
func contenders(b *testing.B, server string, bare func(*memcache.Client) error, ours func(store) error) map[string]func() (contender, func()) {
	addresses := addressesOf(b, server)
	open := map[string]func() (contender, func()){
		"bare": func() (contender, func()) {
			c := memcache.New(server)
			c.MaxIdleConns = 128
			return func() error { return bare(c) }, func() { c.Close() }
		},
	}
	for _, w := range []way{{false}, {true}} {
		open[w.String()] = func() (contender, func()) {
			m := store{memcached.NewClient(addresses, memcached.Options{Plain: w.plain})}
			return func() error { return ours(m) }, m.Close
		}
	}
	return open
}

func BenchmarkGet(b *testing.B) {
	server := memcachedtest.Start(b)
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour) // as those of requests, it can end
	defer cancel()
	for _, shape := range []struct{ n, size int }{{5, 60}, {32, 60}, {1, 100_000}} {
		b.Run(fmt.Sprintf("%dx%dB", shape.n, shape.size), func(b *testing.B) {
			items := itemsToBench(shape.n, shape.size)
			keys := keysOf(items)
			if err := (way{}).newStore(b, server).call(ctx, "Add", items); err != nil {
				b.Fatal(err)
			}
			compareWays(b, contenders(b, server, func(c *memcache.Client) error {
				_, err := c.GetMulti(keys)
				return err
			}, func(m store) error {
				_, err := m.get(ctx, keys)
				return err
			}))
		})
	}
}

func BenchmarkGetAndSwap(b *testing.B) {
	server := memcachedtest.Start(b)
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	items := itemsToBench(5, 60)
	keys := keysOf(items)
	if err := (way{}).newStore(b, server).call(ctx, "Add", items); err != nil {
		b.Fatal(err)
	}
	compareWays(b, contenders(b, server, func(c *memcache.Client) error {
		found, err := c.GetMulti(keys)
		if err != nil {
			return err
		}
		return c.CompareAndSwap(found[keys[1]])
	}, func(m store) error {
		found, err := m.get(ctx, keys)
		if err != nil {
			return err
		}
		return m.do(ctx, memcached.Swap, []memcached.Command{found[keys[1]]})[0]
	}))
}

func BenchmarkAdd(b *testing.B) {
	server := memcachedtest.Start(b)
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for _, n := range []int{1, 5, 32} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			compareWays(b, contenders(b, server, func(c *memcache.Client) error {
				items := itemsToBench(n, 60)
				errs := make([]error, len(items))
				var all sync.WaitGroup
				for i, item := range items {
					all.Go(func() { errs[i] = c.Add(&memcache.Item{Key: item.Key, Value: item.Value, Expiration: 3600}) })
				}
				all.Wait()
				return errors.Join(errs...)
			}, func(m store) error {
				return errors.Join(m.do(ctx, memcached.Add, itemsToBench(n, 60))...)
			}))
		})
	}
}
