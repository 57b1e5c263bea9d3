package main

import (
	"fmt"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/report"
)

// compare measures a row.
func (b *bench) compare(r row) (report.Row, error) {
	result := report.Row{Name: r.name}
	server := b.serverOf(r)
	scenes := make([]scene, len(r.libraries))
	for i, l := range r.libraries {
		scenes[i] = scene{library: l, shape: r.shape, work: r.work, goroutines: r.goroutines}
		if server != nil {
			scenes[i].memcached = server.address()
		}
		if r.work.Together {
			scenes[i].tally = &tally{}
		}
	}
	samples, err := b.measure(scenes, server)
	if err != nil {
		return result, err
	}
	for i, s := range scenes {
		figures := summarize(s, samples[i])
		figures.Ratio = measure.Ratios(samples[i], samples[0])
		if t := s.tally; t != nil {
			if t.err != nil {
				return result, fmt.Errorf("%s: %w", s.library.Name, t.err)
			}
			lost := t.percent()
			figures.Lost = &lost
		}
		if server != nil {
			if figures.RoundTrips, err = b.roundTrips(s); err != nil {
				return result, err
			}
		}
		result.Results = append(result.Results, figures)
	}
	for _, t := range r.targets {
		result.Targets = append(result.Targets, t.reached(result))
	}
	return result, nil
}

// measure times the scenes side by side, and counts the connections that are
// made to the server, unless that is nil.
func (b *bench) measure(scenes []scene, server server) ([][]measure.Sample, error) {
	starts := make([]measure.Start, len(scenes))
	for i, s := range scenes {
		starts[i] = s.start
	}
	if server == nil {
		return measure.Compare(starts, b.Options, nil)
	}
	return measure.Compare(starts, b.Options, server.connections)
}

func summarize(s scene, samples []measure.Sample) report.Result {
	return report.Result{
		Library:     s.library.Name,
		Bare:        s.library.Bare || s.library.Own,
		Memcached:   s.memcached != "",
		Nanoseconds: measure.Of(samples, func(s measure.Sample) float64 { return s.Nanoseconds }),
		Bytes:       measure.Of(samples, func(s measure.Sample) float64 { return s.Bytes }).Median,
		Allocations: measure.Of(samples, func(s measure.Sample) float64 { return s.Allocations }).Median,
		Dials:       measure.Of(samples, func(s measure.Sample) float64 { return s.Counted }).Median,
	}
}

const (
	// tapDelay is how long each round trip takes where they are counted.
	tapDelay = 5 * time.Millisecond

	// taps is how often they are counted. On a busy machine, commands of one
	// wave may come apart, so the smallest count is the true one.
	taps = 5
)

// roundTrips counts those of one request, or of one visit if that is several.
func (b *bench) roundTrips(s scene) (float64, error) {
	tap, err := memcached.NewTap(s.memcached, tapDelay)
	if err != nil {
		return 0, err
	}
	defer tap.Close()
	s.memcached, s.goroutines, s.tally = tap.Addr, 1, nil
	trial, err := s.start()
	if err != nil {
		return 0, err
	}
	defer trial.Stop()
	fewest := -1
	for range taps {
		if trial.Prepare != nil {
			if err := trial.Prepare(1); err != nil {
				return 0, err
			}
		}
		before := tap.Waves()
		if err := trial.Run(1); err != nil {
			return 0, err
		}
		if n := tap.Waves() - before; fewest < 0 || n < fewest {
			fewest = n
		}
	}
	return float64(fewest), nil
}
