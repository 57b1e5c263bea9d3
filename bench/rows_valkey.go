package main

import "github.com/sessiongen/sessiongen/bench/internal/peer"

// valkeyRows are those on a Valkey, or a Redis where there is none.
func valkeyRows() []row {
	return []row{
		{
			name: "reads 1 of 5, contrib/valkey", shape: five, work: peer.Read, valkey: true, libraries: onValkey,
			targets: []target{roundTrips(1)}, reason: script,
		},
		{
			name: "reads 1 and writes 1 of 5, contrib/valkey", shape: five, work: peer.ReadWrite, valkey: true, libraries: onValkey,
			targets: []target{roundTrips(2)}, reason: script,
		},
		{
			name: "is the first visit and sets 5, contrib/valkey", shape: five, work: peer.FirstVisit, valkey: true, libraries: onValkey,
			targets: []target{roundTrips(1)}, reason: script,
		},
		{
			name: "reads 1 and writes 1 of 5, one of 64 goroutines, contrib/valkey", shape: five, work: peer.ReadWrite, valkey: true, goroutines: 64, libraries: onValkey,
			targets: []target{roundTrips(2)}, reason: script,
		},
		{
			name: "is a login, contrib/valkey", shape: visiting, work: peer.Login, valkey: true, libraries: onValkey,
			targets: []target{roundTrips(4)}, reason: login,
		},
		{
			name: "is a logout, contrib/valkey", shape: loggedIn, work: peer.Logout, valkey: true, libraries: onValkey,
			targets: []target{roundTrips(3)}, reason: logout,
		},
	}
}

var onValkey = []peer.Library{peer.SessiongenValkey, peer.SCSValkey}

// script is why a first visit takes longer on Valkey, too.
const script = "it stores six sealed items in one script, each of them only if it is not there, where scs stores one, whatever is there"
