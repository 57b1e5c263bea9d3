package main

import (
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A row is one kind of request, the libraries that serve it, sessiongen first,
// and what it is to reach.
type row struct {
	name       string
	shape      shape.Shape
	work       peer.Work
	memcached  bool
	valkey     bool // or a Redis
	goroutines int  // 1 if it is 0
	libraries  []peer.Library
	targets    []target
	reason     string // why it misses a target, or another library is faster
	head       bool   // it is one of the few that the README of the project shows
}

// A target is a figure of sessiongen's result in a row.
type target struct {
	what    string
	atLeast bool // else it is at most limit
	limit   float64
	unit    string
	figure  func(report.Row) float64
}

func (t target) reached(r report.Row) report.Target {
	return report.Target{What: t.what, AtLeast: t.atLeast, Limit: t.limit, Unit: t.unit, Reached: t.figure(r)}
}

// faster wants a multiple of the speed of another library.
func faster(than peer.Library, times float64) target {
	return target{"faster than " + than.Name, true, times, "×", func(r report.Row) float64 {
		return of(r, than).Ratio.Median
	}}
}

// within wants no more than a multiple of another's time.
func within(base peer.Library, times float64) target {
	return target{"time over " + base.Name, false, times, "×", func(r report.Row) float64 {
		return 1 / of(r, base).Ratio.Median
	}}
}

// storeWithin wants no more of sessiongen's store alone.
func storeWithin(base peer.Library, times float64) target {
	return target{"time of its store alone over " + base.Name, false, times, "×", func(r report.Row) float64 {
		return of(r, peer.BareStore).Ratio.Median / of(r, base).Ratio.Median
	}}
}

func nanoseconds(limit float64) target {
	return target{"time", false, limit, " ns", func(r report.Row) float64 { return r.Results[0].Nanoseconds.Median }}
}

func allocations(limit float64) target {
	return target{"allocations", false, limit, "", func(r report.Row) float64 { return r.Results[0].Allocations }}
}

func allocationsOver(base peer.Library, limit float64) target {
	return target{"allocations more than " + base.Name, false, limit, "", func(r report.Row) float64 {
		return r.Results[0].Allocations - of(r, base).Allocations
	}}
}

func roundTrips(limit float64) target {
	return target{"round trips", false, limit, "", func(r report.Row) float64 { return r.Results[0].RoundTrips }}
}

// lost wants no more than some percent of what is counted to be lost.
func lost(limit float64) target {
	return target{"counts lost", false, limit, " %", func(r report.Row) float64 { return *r.Results[0].Lost }}
}

func dials(limit float64) target {
	return target{"dials", false, limit, "", func(r report.Row) float64 { return r.Results[0].Dials }}
}

// of returns the result of a library.
func of(r report.Row, l peer.Library) report.Result {
	for _, result := range r.Results {
		if result.Library == l.Name {
			return result
		}
	}
	return report.Result{}
}
