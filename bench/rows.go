package main

import (
	"slices"

	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

func rows() []row { return slices.Concat(memoryRows(), memcachedRows()) }

// The libraries that the rows compare.
var (
	inMemory = []peer.Library{peer.Sessiongen, peer.SCS}
	seals    = []peer.Library{peer.Sessiongen, peer.BareSeals, peer.SCS}
	partly   = []peer.Library{peer.Sessiongen, peer.SessiongenAtOnce, peer.BareSeals, peer.SCS}

	blobs      = []peer.Library{peer.Sessiongen, peer.SCS, peer.Gorilla, peer.Gin, peer.Fiber}
	overClient = with(peer.BareGomemcache)
	all        = with(peer.SessiongenPlain, peer.BareGomemcache)
	overAtOnce = with(peer.SessiongenAtOnce)
	beside64   = with(peer.SessiongenPlain)
)

// with returns the libraries on memcached with some more behind sessiongen.
func with(more ...peer.Library) []peer.Library { return slices.Insert(slices.Clone(blobs), 1, more...) }

// The sessions that several rows have.
var (
	five   = shape.OfFive()
	guest  = shape.OfTwelve().Partly(1, 1)
	subset = shape.OfThirtyThree().Partly(12, 5)

	// bySteps is a session of which three requests have set five variables, not in
	// the order in which they are declared. What the next request sets, nobody has
	// set before.
	bySteps = shape.OfTwelve().InSteps([]string{"Visits", "Referrer"}, []string{"Currency"}, []string{"Language", "Coupon"})

	// visiting is the session that a visitor has before the login.
	visiting = shape.OfTwelve().InSteps([]string{"Visits", "Language"})

	// loggedIn is the session after it.
	loggedIn = shape.OfTwelve().InSteps([]string{"Visits", "Language"}, []string{"Token", "Profile"})
)

// sealing is why less is reached on the memory store, by CPU profiles of these
// rows.
const sealing = "sealing alone, the row of bare AES-GCM, takes two fifths of the time, and scs does not seal: half of that is setting up the cipher, " +
	"which allocates 1,280 of the 2,769 bytes of a read; the memory of the accessor takes 8 %, that of the request and the handler's http.Request 5 %, " +
	"what is decoded with the load 7 %, the look-up in the store 5 %, the cookie 4 %, and nothing else more than 4 %"

// roundTrip is why less is gained where most of the time is the network's.
const roundTrip = "most of the time is the round trip, which takes this machine 60 to 120 µs from one run to another, whatever is in it"

// largeDocument is what a page seldom needs.
const largeDocument = 100 << 10

const firstSet = "TODO"
const login = "TODO"
const logout = "TODO"
const together = "TODO"
const cart = "TODO"
