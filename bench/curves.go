package main

import (
	"fmt"

	"github.com/sessiongen/sessiongen/bench/internal/measure"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// A line of a plot is one kind of request on one library, at each x.
type line struct {
	name string
	at   func(x int) scene
}

// everyLibrary returns a line for each library that keeps sessions on
// memcached.
func everyLibrary(at func(peer.Library, int) scene) []line {
	var lines []line
	for _, l := range []peer.Library{peer.Sessiongen, peer.SCS, peer.Gorilla, peer.Gin, peer.Fiber} {
		lines = append(lines, line{l.Name, func(x int) scene { return at(l, x) }})
	}
	return lines
}

// A figure is what a curve shows of the samples.
type figure struct {
	curve report.Curve
	of    func(measure.Sample) float64
}

func nanosecondsOf(s measure.Sample) float64 { return s.Nanoseconds }

func bytesOf(s measure.Sample) float64 { return s.Bytes }

func (b *bench) variables() ([]report.Curve, error) {
	c := report.Curve{
		File:  "variables.svg",
		Title: "Reading 1 variable, by the number of variables in the session",
		X:     "variables",
		Y:     "time of a request",
		Unit:  "ns",
	}
	return b.draw(shape.Counts, everyLibrary(func(l peer.Library, n int) scene {
		return scene{library: l, shape: shape.OfCount(n), work: peer.Read, memcached: b.server.Addr}
	}), figure{c, nanosecondsOf})
}

// declared shows what variables cost that nobody has set. Without the round trip
// one sees more of it.
func (b *bench) declared() ([]report.Curve, error) {
	const set = 3
	at := func(l peer.Library, memcached string) func(int) scene {
		return func(n int) scene {
			return scene{library: l, shape: shape.OfCount(n).Partly(min(n, set), 1), work: peer.Read, memcached: memcached}
		}
	}
	var lines []line
	for _, l := range []peer.Library{peer.Sessiongen, peer.SCS, peer.Gorilla} {
		lines = append(lines, line{l.Name, at(l, b.server.Addr)})
	}
	for _, l := range []peer.Library{peer.Sessiongen, peer.SCS} {
		lines = append(lines, line{l.Name + ", memory store", at(l, "")})
	}
	times := report.Curve{
		File:  "declared.svg",
		Title: "Reading 1 variable of a session that has 3, by the number of variables declared",
		X:     "variables declared",
		Y:     "time of a request",
		Unit:  "ns",
	}
	allocated := times
	allocated.File = "allocated.svg"
	allocated.Title = "Memory for reading 1 variable of a session that has 3, by the number of variables declared"
	allocated.Y, allocated.Unit = "bytes that a request allocates", ""
	return b.draw(shape.Counts, lines, figure{times, nanosecondsOf}, figure{allocated, bytesOf})
}

func (b *bench) sizes() ([]report.Curve, error) {
	c := report.Curve{
		File:  "sizes.svg",
		Title: "Reading a variable, by its size",
		X:     "bytes",
		Y:     "time of a request",
		Unit:  "ns",
	}
	lines := everyLibrary(func(l peer.Library, size int) scene {
		return scene{library: l, shape: shape.OfDocument(size), work: peer.ReadDocument, memcached: b.server.Addr}
	})
	lines = append(lines, line{"sessiongen, beside it (lazy)", func(size int) scene {
		return scene{library: peer.Sessiongen, shape: shape.OfAside(size), work: peer.Read, memcached: b.server.Addr}
	}})
	return b.draw([]int{16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10}, lines, figure{c, nanosecondsOf})
}

// draw measures the lines side by side, at one x after the other, and returns a
// curve for each figure.
func (b *bench) draw(xs []int, lines []line, figures ...figure) ([]report.Curve, error) {
	curves := make([]report.Curve, len(figures))
	for i, f := range figures {
		curves[i] = f.curve
	}
	for _, x := range xs {
		fmt.Fprintf(b.progress, "%s: %d\n", curves[0].File, x)
		scenes := make([]scene, len(lines))
		for i, l := range lines {
			scenes[i] = l.at(x)
		}
		samples, err := b.measure(scenes, memcachedServer{b.server})
		if err != nil {
			return nil, fmt.Errorf("%s at %d: %w", curves[0].File, x, err)
		}
		for i, f := range figures {
			for j, l := range lines {
				curves[i].Add(l.name, float64(x), measure.Of(samples[j], f.of).Median)
			}
		}
	}
	return curves, nil
}
