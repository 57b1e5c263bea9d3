package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

const (
	fillers = 16     // visitors that come side by side
	known   = 10_000 // sessions at most that come again, so that the harness stays small
	fillMB  = 16_384 // more than a million sessions of any library need
)

// fills fills one memcached for each library, and looks at it from time to
// time.
func (b *bench) fills() ([]report.Fill, error) {
	var all []report.Fill
	for _, l := range []peer.Library{peer.Sessiongen, peer.SCS} {
		f, err := b.fillWith(l)
		if err != nil {
			return nil, fmt.Errorf("%d sessions of %s: %w", b.sessions, l.Name, err)
		}
		all = append(all, f...)
	}
	return all, nil
}

func (b *bench) fillWith(l peer.Library) ([]report.Fill, error) {
	server, err := memcached.Start(fillMB)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	site, err := l.Open(shape.OfFive(), server.Addr)
	if err != nil {
		return nil, err
	}
	defer site.Close()
	resident, err := server.Resident()
	if err != nil {
		return nil, err
	}
	crowd := crowd{site: site, work: peer.ReadWrite, keep: max(1, b.sessions/known)}
	var steps []report.Fill
	for n := max(1, b.sessions/1000); n <= b.sessions; n *= 10 {
		fmt.Fprintf(b.progress, "%d sessions of %s\n", n, l.Name)
		if err := crowd.grow(n); err != nil {
			return nil, err
		}
		step, err := look(server, resident, n)
		if err != nil {
			return nil, err
		}
		step.Library = l.Name
		together := b.separate(server.Pid())
		step.Median, step.P99, err = crowd.visit(b.Duration * time.Duration(b.Trials))
		together()
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// look returns what n sessions cost the server, whose process was that large
// without them.
func look(server *memcached.Server, before int64, n int) (report.Fill, error) {
	_, bytes, err := holds(server)
	if err != nil {
		return report.Fill{}, err
	}
	resident, err := server.Resident()
	return report.Fill{
		Sessions: n,
		Items:    float64(bytes) / float64(n),
		Resident: float64(resident-before) / float64(n),
	}, err
}

// holds returns how many items the server has, and their bytes.
func holds(server *memcached.Server) (items, bytes int64, err error) {
	var stats [3]int64
	for i, name := range []string{"curr_items", "bytes", "evictions"} {
		if stats[i], err = server.Stat(name); err != nil {
			return 0, 0, err
		}
	}
	if stats[2] != 0 {
		return 0, 0, fmt.Errorf("%d evictions: memcached is too small", stats[2])
	}
	return stats[0], stats[1], nil
}

// A crowd is the visitors of one site, of whom some come again.
type crowd struct {
	site     peer.Site
	work     peer.Work
	keep     int // one of so many is known
	size     int
	mu       sync.Mutex
	visitors []peer.Visitor
}

// grow lets visitors come until there are n.
func (c *crowd) grow(n int) error {
	errs := make([]error, fillers)
	var all sync.WaitGroup
	for i := range fillers {
		all.Go(func() {
			for at := c.size + i; at < n && errs[i] == nil; at += fillers {
				errs[i] = c.let(at%c.keep == 0)
			}
		})
	}
	all.Wait()
	c.size = n
	return cmp.Or(errs...)
}

// let lets one visitor come, who is known or not.
func (c *crowd) let(known bool) error {
	cookie, err := c.site.Session()
	if err != nil || !known {
		return err
	}
	v, err := c.site.Visitor(c.work, cookie)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visitors = append(c.visitors, v)
	return nil
}

// visit lets known visitors, drawn at random, come one after the other for some
// time, and returns the median and the 99th percentile of their times in
// nanoseconds.
func (c *crowd) visit(duration time.Duration) (median, p99 float64, err error) {
	var times []float64
	for end := time.Now().Add(duration); len(times) == 0 || time.Now().Before(end); {
		v := c.visitors[rand.IntN(len(c.visitors))]
		began := time.Now()
		if err := v.Do(1); err != nil {
			return 0, 0, err
		}
		times = append(times, float64(time.Since(began)))
	}
	slices.Sort(times)
	return measure.Quantile(times, 0.5), measure.Quantile(times, 0.99), nil
}

// filled shows the fills as a plot.
func filled(fills []report.Fill) report.Curve {
	c := report.Curve{
		File:  "sessions.svg",
		Title: "Reading 1 and writing 1 of 5 variables, by the number of sessions in one memcached",
		X:     "sessions",
		Y:     "time of a request",
		Unit:  "ns",
	}
	for _, f := range fills {
		c.Add(f.Library+", median", float64(f.Sessions), f.Median)
		c.Add(f.Library+", 99th percentile", float64(f.Sessions), f.P99)
	}
	return c
}

// weighed shows what the sessions take as a plot.
func weighed(fills []report.Fill) report.Curve {
	c := report.Curve{
		File:  "memory.svg",
		Title: "Memory of memcached for a session of 5 variables",
		X:     "sessions",
		Y:     "bytes for each",
	}
	for _, f := range fills {
		c.Add(f.Library+", its items", float64(f.Sessions), f.Items)
		c.Add(f.Library+", the process", float64(f.Sessions), f.Resident)
	}
	return c
}
