package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// turns are the trials of a library with so many goroutines.
const turns = 3

// queues lets more and more goroutines send requests side by side, and takes the
// time of each request.
func (b *bench) queues() ([]report.Queue, error) {
	libraries := []peer.Library{peer.Sessiongen, peer.SessiongenManyConns, peer.SCS, peer.Gorilla, peer.Gin, peer.Fiber}
	others, err := b.server.Stat("curr_connections")
	if err != nil {
		return nil, err
	}
	var all []report.Queue
	for _, n := range b.goroutines {
		fmt.Fprintf(b.progress, "%d goroutines\n", n)
		trials := make([][]report.Queue, len(libraries))
		for range min(turns, b.Trials) {
			for _, i := range rand.Perm(len(libraries)) {
				q, err := b.queue(libraries[i], n)
				if err != nil {
					return nil, fmt.Errorf("%d goroutines of %s: %w", n, libraries[i].Name, err)
				}
				q.Connections -= float64(others)
				trials[i] = append(trials[i], q)
			}
		}
		for i := range trials {
			all = append(all, medians(trials[i]))
		}
	}
	return all, nil
}

// queue is one trial, on connections of its own.
func (b *bench) queue(l peer.Library, n int) (report.Queue, error) {
	q := report.Queue{Library: l.Name, Goroutines: n}
	site, err := l.Open(shape.OfFive(), b.server.Addr)
	if err != nil {
		return q, err
	}
	defer site.Close()
	crowd := crowd{site: site, work: peer.ReadWrite, keep: 1}
	if err := crowd.grow(n); err != nil {
		return q, err
	}
	runtime.GC()
	var open int64
	times, perSecond, err := crowd.throng(5*b.Duration, func() (err error) {
		open, err = b.server.Stat("curr_connections")
		return err
	})
	if err != nil {
		return q, err
	}
	slices.Sort(times)
	q.Median, q.P99 = measure.Quantile(times, 0.5), measure.Quantile(times, 0.99)
	q.PerSecond, q.Connections = perSecond, float64(open)
	return q, nil
}

// medians returns the median of each figure of the trials.
func medians(trials []report.Queue) report.Queue {
	of := func(figure func(report.Queue) float64) float64 {
		values := make([]float64, len(trials))
		for i, q := range trials {
			values[i] = figure(q)
		}
		return measure.Summarize(values).Median
	}
	q := trials[0]
	q.PerSecond = of(func(q report.Queue) float64 { return q.PerSecond })
	q.Median = of(func(q report.Queue) float64 { return q.Median })
	q.P99 = of(func(q report.Queue) float64 { return q.P99 })
	q.Connections = of(func(q report.Queue) float64 { return q.Connections })
	return q
}

// handled shows how many requests the goroutines get done.
func handled(queues []report.Queue) report.Curve {
	c := report.Curve{
		File:  "goroutines.svg",
		Title: "Reading 1 and writing 1 of 5 variables, by the number of goroutines",
		X:     "goroutines",
		Y:     "requests a second, all goroutines together",
	}
	for _, q := range queues {
		c.Add(q.Library, float64(q.Goroutines), q.PerSecond)
	}
	return c
}

// waited shows how long the goroutines wait for an answer.
func waited(queues []report.Queue) report.Curve {
	c := report.Curve{
		File:  "waiting.svg",
		Title: "Reading 1 and writing 1 of 5 variables, by the number of goroutines: how long each waits",
		X:     "goroutines",
		Y:     "time of a request",
		Unit:  "ns",
	}
	for _, q := range queues {
		switch q.Library {
		case peer.Sessiongen.Name, peer.SessiongenManyConns.Name, peer.SCS.Name:
			c.Add(q.Library+", median", float64(q.Goroutines), q.Median)
			c.Add(q.Library+", 99th percentile", float64(q.Goroutines), q.P99)
		}
	}
	return c
}
