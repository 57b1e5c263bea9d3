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

func (b *bench) variables() (report.Curve, error) {
	c := report.Curve{
		File:  "variables.svg",
		Title: "Reading 1 variable, by the number of variables in the session",
		X:     "variables",
		Y:     "time of a request",
		Unit:  "ns",
	}
	return b.draw(c, shape.Counts, everyLibrary(func(l peer.Library, n int) scene {
		return scene{library: l, shape: shape.OfCount(n), work: peer.Read, memcached: b.server.Addr}
	}))
}

func (b *bench) sizes() (report.Curve, error) {
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
	return b.draw(c, []int{16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10}, lines)
}

func (b *bench) goroutines() (report.Curve, error) {
	c := report.Curve{
		File:  "goroutines.svg",
		Title: "Reading 1 and writing 1 of 5 variables, by the number of goroutines",
		X:     "goroutines",
		Y:     "requests a second, all goroutines together",
	}
	times, err := b.draw(c, []int{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, everyLibrary(func(l peer.Library, n int) scene {
		return scene{library: l, shape: shape.OfFive(), work: peer.ReadWrite, memcached: b.server.Addr, goroutines: n}
	}))
	return perSecond(times), err
}

// perSecond turns times of one request into requests a second.
func perSecond(c report.Curve) report.Curve {
	for _, s := range c.Series {
		for i := range s.Points {
			s.Points[i].Y = 1e9 / s.Points[i].Y
		}
	}
	return c
}

// draw measures the lines side by side, at one x after the other.
func (b *bench) draw(c report.Curve, xs []int, lines []line) (report.Curve, error) {
	for _, l := range lines {
		c.Series = append(c.Series, report.Series{Name: l.name})
	}
	for _, x := range xs {
		fmt.Fprintf(b.progress, "%s: %d\n", c.File, x)
		scenes := make([]scene, len(lines))
		for i, l := range lines {
			scenes[i] = l.at(x)
		}
		samples, err := b.measure(scenes)
		if err != nil {
			return c, fmt.Errorf("%s at %d: %w", c.File, x, err)
		}
		for i := range lines {
			y := measure.Of(samples[i], func(s measure.Sample) float64 { return s.Nanoseconds }).Median
			c.Series[i].Points = append(c.Series[i].Points, report.Point{X: float64(x), Y: y})
		}
	}
	return c, nil
}
