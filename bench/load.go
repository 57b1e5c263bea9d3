package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// The rates at which requests come, in a second.
var rates = []int{5_000, 10_000, 20_000, 40_000}

const (
	tick   = time.Millisecond // from one look at the clock to the next
	comers = 1000             // visitors at most that come again, so that the harness stays small
)

// loads lets requests come at given rates, whatever the answers take, to servers
// that keep sessions in memory: a hundredth as many as those of the fills.
func (b *bench) loads() ([]report.Load, error) {
	libraries := []peer.Library{peer.Sessiongen, peer.BareHandler, peer.SCS}
	all := make([][]report.Load, len(libraries))
	for _, i := range rand.Perm(len(libraries)) {
		fmt.Fprintf(b.progress, "load of %s\n", libraries[i].Name)
		var err error
		if all[i], err = b.load(libraries[i]); err != nil {
			return nil, fmt.Errorf("load of %s: %w", libraries[i].Name, err)
		}
	}
	return slices.Concat(all...), nil
}

// load takes the figures of one library at all rates.
func (b *bench) load(l peer.Library) ([]report.Load, error) {
	site, err := l.Open(shape.OfFive(), "")
	if err != nil {
		return nil, err
	}
	defer site.Close()
	sessions := max(1, b.sessions/100)
	crowd := crowd{site: site, work: peer.ReadWrite, keep: max(1, sessions/comers)}
	if l.Bare {
		crowd.work = peer.Untouched
	}
	if err := crowd.grow(sessions); err != nil {
		return nil, err
	}
	var loads []report.Load
	for _, rate := range rates {
		load, err := crowd.atRate(rate, 2*b.Duration*time.Duration(b.Trials))
		if err != nil {
			return nil, err
		}
		load.Library, load.Sessions = l.Name, sessions
		loads = append(loads, load)
	}
	return loads, nil
}

// atRate lets known visitors come at a rate for some time. What the runtime knows of
// its processors is as it was when the last collection ended, so the share counts
// from the one that is made here to the last one that came by itself.
func (c *crowd) atRate(rate int, duration time.Duration) (report.Load, error) {
	runtime.GC()
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	classes, spent, began := classesNow(), spentNow(), time.Now()
	done, err := c.pace(rate, duration)
	if err != nil {
		return report.Load{}, err
	}
	took := time.Since(began).Seconds()
	spent = spentNow() - spent
	runtime.ReadMemStats(&end)
	return report.Load{
		Rate:        rate,
		PerSecond:   float64(done) / took,
		CPU:         float64(spent) / float64(done),
		Collector:   classesNow().collector(classes),
		Collections: float64(end.NumGC-start.NumGC) / took,
		Bytes:       float64(end.TotalAlloc-start.TotalAlloc) / float64(done),
	}, nil
}

// pace lets visitors, drawn at random, come as they are due: on each processor
// its share of them, one after the other, and one at least.
func (c *crowd) pace(rate int, duration time.Duration) (done int, err error) {
	lanes := min(runtime.GOMAXPROCS(0), len(c.visitors))
	counts, errs := make([]int, lanes), make([]error, lanes)
	began := time.Now()
	var all sync.WaitGroup
	for i := range lanes {
		all.Go(func() {
			mine := c.visitors[i*len(c.visitors)/lanes : (i+1)*len(c.visitors)/lanes]
			for n := 0; errs[i] == nil; {
				elapsed := time.Since(began)
				if elapsed >= duration && n > 0 {
					counts[i] = n
					return
				}
				if due := elapsed.Seconds() * float64(rate) / float64(lanes); float64(n) >= due {
					time.Sleep(tick)
					continue
				}
				errs[i] = mine[rand.IntN(len(mine))].Do(1)
				n++
			}
		})
	}
	all.Wait()
	for _, n := range counts {
		done += n
	}
	return done, cmp.Or(errs...)
}

// spentNow returns the time that this process has had of the processors.
func spentNow() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // the kernel has no such call
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// classes are what the runtime does with the time of its processors, in seconds,
// up to the end of the last collection.
type classes struct{ total, idle, gc float64 }

func classesNow() classes {
	samples := []metrics.Sample{
		{Name: "/cpu/classes/total:cpu-seconds"},
		{Name: "/cpu/classes/idle:cpu-seconds"},
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
	}
	metrics.Read(samples)
	return classes{samples[0].Value.Float64(), samples[1].Value.Float64(), samples[2].Value.Float64()}
}

// collector returns the collector's share of what was not idle, 0 if there was no
// collection.
func (c classes) collector(before classes) float64 {
	busy := c.total - before.total - (c.idle - before.idle)
	if busy <= 0 {
		return 0
	}
	return (c.gc - before.gc) / busy
}

// loaded shows the loads as a plot.
func loaded(loads []report.Load) report.Curve {
	c := report.Curve{
		File:  "gc.svg",
		Title: "CPU time for reading 1 and writing 1 of 5 variables, memory store, by requests a second",
		X:     "requests a second",
		Y:     "CPU time in a second",
		Unit:  "ns",
	}
	for _, l := range loads {
		c.Add(l.Library, float64(l.Rate), l.CPU*l.PerSecond)
		if l.Library != peer.BareHandler.Name {
			c.Add(l.Library+", its collector", float64(l.Rate), l.Collector*l.CPU*l.PerSecond)
		}
	}
	return c
}
