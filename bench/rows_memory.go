package main

import (
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// memoryRows are those on a store in memory.
func memoryRows() []row {
	return []row{
		{
			name: "calls a getter once more, memory store", shape: five, work: peer.Getter, libraries: []peer.Library{peer.Sessiongen, peer.SCS},
			targets: []target{nanoseconds(2), allocations(0)},
		},
		{
			name: "calls a setter once more, memory store", shape: five, work: peer.Setter, libraries: []peer.Library{peer.Sessiongen, peer.SCS},
			targets: []target{nanoseconds(2), allocations(0)},
		},
		{
			name: "does not touch the session, memory store", shape: five, work: peer.Untouched,
			libraries: inMemory,
			targets:   []target{faster(peer.SCS, 40), allocationsOver(peer.BareHandler, 3)},
		},
		{
			name: "reads 1 of 5, memory store", shape: five, work: peer.Read, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(10)},
			reason:  sealing,
		},
		{
			name: "reads 1 of 5 with 2 set by two requests, memory store", shape: five.Partly(2, 2), work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  noise,
		},
		{
			name: "reads 1 of 33 with 12 set by five requests, memory store", shape: subset, work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  noise,
		},
		{
			name: "reads 1 of 12 as a guest with 1 set, memory store", shape: guest, work: peer.Read, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  sameSession,
		},
		{
			name: "is the first visit and sets 5, memory store", shape: five, work: peer.FirstVisit, libraries: seals,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "six items are stored and sealed where scs stores one",
		},
		{
			name: "is the first visit and sets 2 of 12, and the next, which sets 3 more, memory store", shape: shape.OfTwelve(), work: peer.FirstSets, libraries: inMemory,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "it stores six items, each sealed, and the record twice",
		},
		{
			name: "reads 3 of 12, memory store", shape: shape.OfTwelve(), work: peer.ReadThree, libraries: seals,
			targets: []target{faster(peer.SCS, 4), allocations(12)},
			reason:  sealing,
		},
		{
			name: "sets 3 of 12 for the first time, after three requests that set 5, memory store", shape: bySteps, work: peer.FirstSet, libraries: partly,
			targets: []target{within(peer.SessiongenAtOnce, 1.05), allocationsOver(peer.SessiongenAtOnce, 0)},
			reason:  noise,
		},
		{
			name: "is a login, memory store", shape: visiting, work: peer.Login, libraries: inMemory,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "Renew copies the session under a new id and key, and marks the old record and its variables; scs deletes one entry and writes another",
		},
		{
			name: "is a logout, memory store", shape: loggedIn, work: peer.Logout, libraries: inMemory,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "Destroy deletes the record, and then each variable; scs deletes one entry",
		},
		{
			name: "reads 1 and writes 1 of 5, memory store", shape: five, work: peer.ReadWrite, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(14)},
			reason:  "as in the row that reads 1 of 5; the write takes a quarter to a third, of which a fifth is sealing and a third the store's",
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
			name: "reads 1 of 5 strings, memory store", shape: shape.OfText(), work: peer.ReadText, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(10)},
			reason:  texts,
		},
		{
			name: "reads 1 and writes 1 of 5 strings, memory store", shape: shape.OfText(), work: peer.ReadWriteText, libraries: seals,
			targets: []target{faster(peer.SCS, 10), allocations(14)},
			reason:  texts,
		},
		{
			name: "reads an OIDC login, memory store", shape: shape.OfOIDC(), work: peer.ReadOIDC, libraries: seals,
			targets: []target{faster(peer.SCS, 4)},
			reason:  sealing,
		},
		{
			name: "changes 1 item in a cart of 20, memory store", shape: shape.OfCart(), work: peer.ChangeCart, libraries: seals,
			targets: []target{faster(peer.SCS, 2)},
			reason:  sealing,
		},
		{
			name: "is the first visit and leaves a message, and the next, which shows it, memory store", shape: shape.OfMessage(), work: peer.Flash, libraries: inMemory,
			targets: []target{faster(peer.SCS, 1)},
			reason:  "two items are stored and sealed where scs stores one",
		},
	}
}
