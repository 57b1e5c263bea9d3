package main

import (
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// memcachedRows are those on memcached.
func memcachedRows() []row {
	return []row{
		{
			name: "does not touch the session, memcached", shape: five, work: peer.Untouched, memcached: true, libraries: blobs, head: true,
			targets: []target{roundTrips(0)},
			reason: "gorilla/sessions has no middleware, and that of gin-contrib/sessions does not stand before the ResponseWriter; " +
				"with both it is the handler that has to save the session before it writes",
		},
		{
			name: "reads 1 of 5, memcached", shape: five, work: peer.Read, memcached: true, libraries: all, head: true,
			targets: []target{within(peer.BareGomemcache, 1), storeWithin(peer.BareGomemcache, 1), faster(peer.SCS, 1.35), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 and writes 1 of 5, memcached", shape: five, work: peer.ReadWrite, memcached: true, libraries: all, head: true,
			targets: []target{within(peer.BareGomemcache, 1), storeWithin(peer.BareGomemcache, 1), faster(peer.SCS, 1.35), roundTrips(2)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 and writes 5 of 5, memcached", shape: five, work: peer.SetAll, memcached: true, libraries: blobs,
			targets: []target{roundTrips(2)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 beside a lazy one of 100 KB, memcached", shape: shape.OfAside(largeDocument), work: peer.Read, memcached: true, libraries: blobs, head: true,
			targets: []target{faster(peer.SCS, 3), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "is the first visit and sets 5, memcached", shape: five, work: peer.FirstVisit, memcached: true, libraries: overItem, head: true,
			targets: []target{within(peer.BareGomemcache, 1), storeWithin(peer.BareGomemcache, 1), faster(peer.SCS, 1), roundTrips(1)},
			reason:  firstVisit,
		},
		{
			name: "reads 1 and writes 1 of 5, one of 64 goroutines, memcached", shape: five, work: peer.ReadWrite, memcached: true, goroutines: 64, libraries: overPlain,
			targets: []target{faster(peer.SCS, 1.3), roundTrips(2), dials(0.01)},
		},
		{
			name: "reads 1 of 12 as a guest with 1 set, memcached", shape: guest, work: peer.Read, memcached: true, libraries: overClient,
			targets: []target{within(peer.BareGomemcache, 1), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "reads 1 of 33 with 12 set by five requests, memcached", shape: subset, work: peer.Read, memcached: true, libraries: overAtOnce,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "reads 3 of 12, memcached", shape: shape.OfTwelve(), work: peer.ReadThree, memcached: true, libraries: overClient,
			targets: []target{within(peer.BareGomemcache, 1), roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "is the first visit and sets 2 of 12, and the next, which sets 3 more, memcached", shape: shape.OfTwelve(), work: peer.FirstSets, memcached: true, libraries: blobs,
			targets: []target{roundTrips(4)},
			reason:  firstSet,
		},
		{
			name: "sets 3 of 12 for the first time, after three requests that set 5, memcached", shape: bySteps, work: peer.FirstSet, memcached: true, libraries: overAtOnce,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), roundTrips(3)},
			reason:  firstSet,
		},
		{
			name: "is a login, memcached", shape: visiting, work: peer.Login, memcached: true, libraries: blobs,
			targets: []target{roundTrips(4)},
			reason:  login,
		},
		{
			name: "is a logout, memcached", shape: loggedIn, work: peer.Logout, memcached: true, libraries: blobs,
			targets: []target{roundTrips(3)},
			reason:  logout,
		},
		{
			name: "counts in 1 of 5, one of 8 side by side of one visitor, memcached", shape: five, work: peer.Count, memcached: true, goroutines: 8, libraries: blobs,
			targets: []target{lost(0), roundTrips(2)},
			reason:  together,
		},
		{
			name: "reads an OIDC login, memcached", shape: shape.OfOIDC(), work: peer.ReadOIDC, memcached: true, libraries: blobs,
			targets: []target{roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "refreshes the tokens of an OIDC login, memcached", shape: shape.OfOIDC(), work: peer.RefreshOIDC, memcached: true, libraries: blobs,
			targets: []target{roundTrips(2)},
			reason:  several,
		},
		{
			name: "reads a cart of 20 items, memcached", shape: shape.OfCart(), work: peer.ReadCart, memcached: true, libraries: blobs,
			targets: []target{roundTrips(1)},
			reason:  roundTrip,
		},
		{
			name: "changes 1 item in a cart of 20, memcached", shape: shape.OfCart(), work: peer.ChangeCart, memcached: true, libraries: blobs,
			targets: []target{roundTrips(2)},
			reason:  roundTrip,
		},
		{
			name: "is the first visit and leaves a message, and the next, which shows it, memcached", shape: shape.OfMessage(), work: peer.Flash, memcached: true, libraries: blobs,
			targets: []target{roundTrips(3)},
			reason:  message,
		},
	}
}
