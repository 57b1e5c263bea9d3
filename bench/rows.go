package main

import (
	"slices"

	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

func rows() []row { return slices.Concat(memoryRows(), memcachedRows(), valkeyRows()) }

// The libraries that the rows compare.
var (
	inMemory = []peer.Library{peer.Sessiongen, peer.BareHandler, peer.SCS}
	seals    = []peer.Library{peer.Sessiongen, peer.BareHandler, peer.BareSeals, peer.SCS}
	partly   = []peer.Library{peer.Sessiongen, peer.SessiongenAtOnce, peer.BareHandler, peer.BareSeals, peer.SCS}

	blobs      = []peer.Library{peer.Sessiongen, peer.SCS, peer.Gorilla, peer.Gin, peer.Fiber}
	overClient = with(peer.BareConnection, peer.BareGomemcache)
	all        = with(peer.SessiongenPlain, peer.BareConnection, peer.BareStore, peer.BareGomemcache)
	overItem   = with(peer.SessiongenPlain, peer.BareItem, peer.BareConnection, peer.BareStore, peer.BareGomemcache)
	overAtOnce = with(peer.SessiongenAtOnce)
	overPlain  = with(peer.SessiongenPlain)
)

// with returns the libraries on memcached with some more behind sessiongen.
func with(more ...peer.Library) []peer.Library { return slices.Insert(slices.Clone(blobs), 1, more...) }

// The sessions that several rows have.
var (
	five   = shape.OfFive()
	guest  = shape.OfTwelve().Partly(1, 1)
	subset = shape.OfThirtyThree().Partly(12, 5)

	// bySteps is a session of which three requests have set five variables, not in
	// the order in which they are declared. A request that sets three others is
	// compared with the same request to a session whose five were set at once and
	// in order, because that is all that may differ: what is set for the first time
	// is added and listed in either.
	bySteps = shape.OfTwelve().InSteps([]string{"Visits", "Referrer"}, []string{"Currency"}, []string{"Language", "Coupon"})

	// visiting is the session that a visitor has before the login.
	visiting = shape.OfTwelve().InSteps([]string{"Visits", "Language"})

	// loggedIn is the session after it.
	loggedIn = shape.OfTwelve().InSteps([]string{"Visits", "Language"}, []string{"Token", "Profile"})
)

// sealing is why less is reached on the memory store, by CPU profiles of these
// rows.
const sealing = "sealing alone, the row of bare AES-GCM, takes a third of the time, and scs does not seal: two fifths of that is setting up the cipher, " +
	"which allocates 1,280 of the 2,769 bytes of a read; the request, with the handler's http.Request, takes 11 %, what is decoded with the load 9 %, " +
	"the look-up in the store 6 %, the cookie and the accessor 4 % each, and nothing else more than 3 %; " +
	"crypto/aes can't set a used cipher up for another key, and a cache of ciphers, which would save a seventh, would keep the keys of visitors in memory"

// texts is why less is reached with strings alone.
const texts = "scs decodes strings faster than what else there is, and sessiongen takes much the same for them as for the others: see the row that reads 1 of 5"

// sameSession is why a row may miss its target that compares a session with itself.
const sameSession = "one variable is set by one request in either, so it is the same session, and what differs is the machine"

// noise is why ratios of such short times differ from run to run.
const noise = "the ratio of two such times differs by a few percent from one run to another"

// roundTrip is why less is gained where most of the time is the network's.
const roundTrip = "most of the time is the round trip, the row of the bare connection, which takes this machine 45 to 90 µs from one run to another, whatever is in it; " +
	"the store alone takes as long as bare gomemcache, within 6 % either way from one run to another, and what a session adds, 3 µs on the memory store, takes twice as long after a wait, " +
	"when the processor's caches have something else in them"

// largeDocument is what a page seldom needs.
const largeDocument = 100 << 10

// firstVisit is why a first visit takes longer, by the rows of what is bare.
const firstVisit = "it stores six items where the others store one, which memcached and the connection take 8 to 11 µs longer for than for one item of the same size, " +
	"by the two rows of the bare connection, and the calls of the store 3 to 5 µs more; the six seals take 2 µs, by the row of bare AES-GCM on the memory store"

// firstSet is why a variable that nobody has set before takes longer.
const firstSet = "a variable that nobody has set before takes a round trip more than one that is set: its item is added first, and only then listed in the record, " +
	"so that a session is never found without what it lists; the others write one item, whatever is in it"

// login is why a login takes longer.
const login = "Renew copies the session under a new id and key, with what the login sets, then marks the old record, and then each old variable, " +
	"which takes three round trips; the others delete one item and write another, " +
	"and a request that is under way may write the old one back, which makes the old cookie good again"

// logout is why a logout takes longer.
const logout = "Destroy puts a mark in the place of the record, and deletes the variables only when that is acknowledged, so that no request finds half a session; " +
	"the others delete one item, and a request that is under way may write it back, which undoes the logout"

// together is why counting takes longer.
const together = "of eight requests that count at a time, one stores its count at once, and the others read again and try once more, in turns and with pauses; " +
	"the others write back what they have read, one over the other, and what they lose by that is said below the table"

// several is why a request takes longer that writes more than one variable.
const several = "it writes an item for each variable, sealed, where the others write one for all, and " + roundTrip

// message is why a message that begins a session takes longer.
const message = "the first visit stores two items, each sealed, where the others store one, and " + roundTrip
