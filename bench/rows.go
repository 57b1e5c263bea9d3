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
	goroutines int // 1 if it is 0
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

func nanoseconds(limit float64) target {
	return target{"time", false, limit, " ns", func(r report.Row) float64 { return r.Results[0].Nanoseconds.Median }}
}

func allocations(limit float64) target {
	return target{"allocations", false, limit, "", func(r report.Row) float64 { return r.Results[0].Allocations }}
}

func allocationsOver(base peer.Library, limit float64) target {
	return target{"allocations beside those of the " + base.Name, false, limit, "", func(r report.Row) float64 {
		return r.Results[0].Allocations - of(r, base).Allocations
	}}
}

func roundTrips(limit float64) target {
	return target{"round trips", false, limit, "", func(r report.Row) float64 { return r.Results[0].RoundTrips }}
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

// sealing is why less is reached on the memory store, by CPU profiles of these
// rows.
const sealing = "sealing alone, the row of bare AES-GCM, takes two fifths of the time, and scs does not seal: half of that is setting up the cipher, " +
	"which allocates 1,280 of the 2,769 bytes of a read; the memory of the accessor takes 8 %, that of the request and the handler's http.Request 5 %, " +
	"what is decoded with the load 7 %, the look-up in the store 5 %, the cookie 4 %, and nothing else more than 4 %"

// roundTrip is why less is gained where most of the time is the network's.
const roundTrip = "most of the time is the round trip, which takes this machine 60 to 120 µs from one run to another, whatever is in it"

// largeDocument is what a page seldom needs.
const largeDocument = 100 << 10

func rows() []row {
	scs := []peer.Library{peer.Sessiongen, peer.SCS}
	seals := []peer.Library{peer.Sessiongen, peer.BareSeals, peer.SCS}
	partly := []peer.Library{peer.Sessiongen, peer.SessiongenAtOnce, peer.BareSeals, peer.SCS}
	blobs := []peer.Library{peer.Sessiongen, peer.SCS, peer.Gorilla, peer.Gin, peer.Fiber}
	all := append([]peer.Library{peer.Sessiongen, peer.SessiongenPlain, peer.BareGomemcache}, blobs[1:]...)
	five := shape.OfFive()
	return []row{
		{
			name: "calls a getter once more, memory store", shape: five, work: peer.Getter, libraries: scs,
			targets: []target{nanoseconds(2), allocations(0)},
		},
		{
			name: "calls a setter once more, memory store", shape: five, work: peer.Setter, libraries: scs,
			targets: []target{nanoseconds(2), allocations(0)},
		},
		{
			name: "does not touch the session, memory store", shape: five, work: peer.Untouched,
			libraries: []peer.Library{peer.Sessiongen, peer.BareHandler, peer.SCS},
			targets:   []target{faster(peer.SCS, 40), allocationsOver(peer.BareHandler, 3)},
		},
		{
			name: "reads 1 of 5, memory store", shape: five, work: peer.Read, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(10)},
			reason:  sealing,
		},
		{
			name: "reads 1 of 5 with 2 set, memory store", shape: five.Partly(2, 1), work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  sealing,
		},
		{
			name: "reads 1 of 33 with 12 set by five requests, memory store", shape: shape.OfThirtyThree().Partly(12, 5), work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  sealing,
		},
		{
			name: "reads 1 of 12 as a guest with 1 set, memory store", shape: shape.OfTwelve().Partly(1, 1), work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  sealing,
		},
		{
			name: "is the first visit and sets 2 of 12, and the next, which sets 3 more, memory store", shape: shape.OfTwelve(), work: peer.FirstSets, libraries: scs,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "it stores six items, each sealed, and the record twice",
		},
		{
			name: "reads 1 and writes 1 of 5, memory store", shape: five, work: peer.ReadWrite, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(14)},
			reason:  sealing + "; the write takes 28 %, of which a quarter is sealing and a third the store's",
		},
		{
			name: "reads 1 of 32, 27 of them lazy, memory store", shape: shape.OfWide(), work: peer.Read, libraries: seals,
			targets: []target{faster(peer.SCS, 15)},
			reason:  sealing,
		},
		{
			name: "reads 1 beside a lazy one of 100 KB, memory store", shape: shape.OfAside(largeDocument), work: peer.Read, libraries: seals,
			targets: []target{faster(peer.SCS, 25)},
			reason:  sealing + "; scs has 100 KB to copy, which takes this machine 65 to 110 µs from one run to another",
		},
		{
			name: "does not touch the session, memcached", shape: five, work: peer.Untouched, memcached: true, libraries: blobs, head: true,
			targets: []target{roundTrips(0)},
			reason: "gorilla/sessions has no middleware, and that of gin-contrib/sessions does not stand before the ResponseWriter; " +
				"with both it is the handler that has to save the session before it writes",
		},
		{
			name: "reads 1 of 5, memcached", shape: five, work: peer.Read, memcached: true, libraries: all, head: true,
			targets: []target{within(peer.BareGomemcache, 1.15), faster(peer.SCS, 1.3), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 and writes 1 of 5, memcached", shape: five, work: peer.ReadWrite, memcached: true, libraries: all, head: true,
			targets: []target{within(peer.BareGomemcache, 1.15), faster(peer.SCS, 1.3), roundTrips(2)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 and writes 5 of 5, memcached", shape: five, work: peer.SetAll, memcached: true, libraries: blobs,
			targets: []target{roundTrips(2)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 beside a lazy one of 100 KB, memcached", shape: shape.OfAside(largeDocument), work: peer.Read, memcached: true, libraries: blobs, head: true,
			targets: []target{faster(peer.SCS, 3)},
			reason:  roundTrip,
		},
		{
			name: "is the first visit and sets 5, memcached", shape: five, work: peer.FirstVisit, memcached: true, libraries: all, head: true,
			targets: []target{within(peer.BareGomemcache, 1.15), roundTrips(1)},
			reason:  "it stores six items, each sealed, where the others store one, and " + roundTrip,
		},
		{
			name: "reads 1 and writes 1 of 5, one of 64 goroutines, memcached", shape: five, work: peer.ReadWrite, memcached: true, goroutines: 64, libraries: append(all[:2:2], blobs[1:]...),
			targets: []target{faster(peer.SCS, 1.3), dials(0.01)},
		},
	}
}
