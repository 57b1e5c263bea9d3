package peer

import (
	"fmt"
	"strconv"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// Sessiongen is what the others are compared with.
var Sessiongen = Library{
	Name:   "sessiongen",
	Module: "github.com/sessiongen/sessiongen",
	Notes: "seals each value with AES-GCM under the visitor's secret, writes by compare-and-swap alone, " +
		"and sends `Vary` and `Cache-Control`",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return generated(s, runtime.NewMemory(), func() {})
		}
		store := newStore(memcached)
		return generated(s, store, func() { store.Close() })
	},
}

// SessiongenAtOnce shows what it costs that variables were set in several requests
// and in any order.
var SessiongenAtOnce = Library{
	Name:  "sessiongen, set at once",
	Own:   true,
	Notes: "is sessiongen with the same variables set by one request, in the order in which they are declared",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		return Sessiongen.Open(s.AtOnce(), memcached)
	},
}

// SessiongenPlain shows what the way that Memcache talks to memcached is worth.
var SessiongenPlain = Library{
	Name:  "sessiongen, Plain",
	Notes: "is sessiongen with `Memcache.Plain`, hence with gomemcache's own calls",
	Own:   true,
	Open: onMemcached(func(s shape.Shape, memcached string) (Site, error) {
		store := newStore(memcached)
		store.Plain = true
		return generated(s, store, func() { store.Close() })
	}),
}

// SessiongenManyConns shows what it costs callers to wait for a connection.
var SessiongenManyConns = Library{
	Name: "sessiongen, MaxConns " + strconv.Itoa(mostConns),
	Own:  true,
	Open: onMemcached(func(s shape.Shape, memcached string) (Site, error) {
		store := newStore(memcached)
		store.MaxConns = mostConns
		return generated(s, store, func() { store.Close() })
	}),
}

// newStore returns sessiongen's store on memcached.
func newStore(memcached string) *runtime.Memcache {
	store := runtime.NewMemcache(memcached)
	store.Timeout = patience
	return store
}

// generated returns a site on the generated sessions of the shape.
func generated(s shape.Shape, store runtime.Store, close func()) (Site, error) {
	config := runtime.Config{Store: store}
	base := generatedBase{shape: s, close: close}
	switch fields := s.Fields.(type) {
	case shape.FiveFields:
		return newGenerated(base, fields, config, shape.NewFives)
	case shape.WideFields:
		return newGenerated(base, fields, config, shape.NewWides)
	case shape.TwelveFields:
		return newGenerated(base, fields, config, shape.NewTwelves)
	case shape.ThirtyThreeFields:
		return newGenerated(base, fields, config, shape.NewThirtyThrees)
	case shape.TextFields:
		return newGenerated(base, fields, config, shape.NewTexts)
	case shape.OIDCFields:
		return newGenerated(base, fields, config, shape.NewOIDCs)
	case shape.CartFields:
		return newGenerated(base, fields, config, shape.NewCarts)
	case shape.MessageFields:
		return newGenerated(base, fields, config, shape.NewMessages)
	case shape.DocumentFields:
		return newGenerated(base, fields, config, shape.NewDocuments)
	case shape.AsideFields:
		return newGenerated(base, fields, config, shape.NewAsides)
	case shape.Count1Fields:
		return newGenerated(base, fields, config, shape.NewCount1s)
	case shape.Count2Fields:
		return newGenerated(base, fields, config, shape.NewCount2s)
	case shape.Count4Fields:
		return newGenerated(base, fields, config, shape.NewCount4s)
	case shape.Count8Fields:
		return newGenerated(base, fields, config, shape.NewCount8s)
	case shape.Count16Fields:
		return newGenerated(base, fields, config, shape.NewCount16s)
	case shape.Count32Fields:
		return newGenerated(base, fields, config, shape.NewCount32s)
	case shape.Count64Fields:
		return newGenerated(base, fields, config, shape.NewCount64s)
	case shape.Count128Fields:
		return newGenerated(base, fields, config, shape.NewCount128s)
	case shape.Count256Fields:
		return newGenerated(base, fields, config, shape.NewCount256s)
	}
	return nil, fmt.Errorf("no sessions are generated for %T", s.Fields)
}
