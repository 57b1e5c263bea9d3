package main

import (
	"fmt"

	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// weights counts what sessions of more and more variables take in memcached.
func (b *bench) weights() ([]report.Weight, error) {
	fmt.Fprintln(b.progress, "items of sessions")
	var all []report.Weight
	for _, l := range []peer.Library{peer.Sessiongen, peer.SCS} {
		for _, n := range shape.Counts {
			w, err := b.weigh(l, n)
			if err != nil {
				return nil, fmt.Errorf("items of %d variables of %s: %w", n, l.Name, err)
			}
			all = append(all, w)
		}
	}
	return all, nil
}

// weigh fills a memcached with sessions of n variables. All weigh the same but
// for some bytes, so a thousandth of those of the fills is enough.
func (b *bench) weigh(l peer.Library, n int) (report.Weight, error) {
	w := report.Weight{Library: l.Name, Variables: n}
	server, err := memcached.Start(megabytes)
	if err != nil {
		return w, err
	}
	defer server.Stop()
	site, err := l.Open(shape.OfCount(n), server.Addr)
	if err != nil {
		return w, err
	}
	defer site.Close()
	sessions := max(1, b.sessions/1000)
	crowd := crowd{site: site, work: peer.Read, keep: sessions}
	if err := crowd.grow(sessions); err != nil {
		return w, err
	}
	items, bytes, err := holds(server)
	w.Items, w.Bytes = float64(items)/float64(sessions), float64(bytes)/float64(sessions)
	return w, err
}

// itemized shows the weights as a plot.
func itemized(weights []report.Weight) report.Curve {
	c := report.Curve{
		File:  "items.svg",
		Title: "Bytes of a session's items in memcached, by the number of variables set",
		X:     "variables set",
		Y:     "bytes for each session",
	}
	for _, w := range weights {
		c.Add(w.Library, float64(w.Variables), w.Bytes)
	}
	return c
}
