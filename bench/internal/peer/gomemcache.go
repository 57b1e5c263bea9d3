package peer

import (
	"errors"
	"fmt"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// BareGomemcache is the least that a session with one key for each variable can
// cost on memcached.
var BareGomemcache = Library{
	Name:   "bare gomemcache",
	Module: "github.com/bradfitz/gomemcache",
	Bare:   true,
	Notes: "does what sessiongen's store has to do and nothing else: GetMulti of the same keys, CompareAndSwap of the same values, " +
		"Adds of the same values side by side",
	Open: onMemcached(func(s shape.Shape, memcached string) (Site, error) {
		return &bareGomemcache{shape: s, memcached: memcached, client: newClient(memcached)}, nil
	}),
}

type bareGomemcache struct {
	bareSite
	shape     shape.Shape
	memcached string
	client    *memcache.Client
}

func (site *bareGomemcache) Close() { site.client.Close() }

func (site *bareGomemcache) Visitor(w Work, _ string) (Visitor, error) {
	seen, err := askedOn(site.memcached, site.shape, w)
	v := &gomemcacheVisitor{client: site.client, asked: seen}
	v.once = v.work
	return v, err
}

type gomemcacheVisitor struct {
	bareVisitor
	asked
	another
	client *memcache.Client
}

func (v *gomemcacheVisitor) work() error {
	if len(v.keys) != 0 {
		if err := v.readWrite(); err != nil {
			return err
		}
	}
	if len(v.added) != 0 {
		return v.add()
	}
	return nil
}

// readWrite reads what sessiongen has read, and swaps what it has swapped.
func (v *gomemcacheVisitor) readWrite() error {
	items, err := v.client.GetMulti(v.keys)
	if err != nil {
		return err
	}
	if len(items) != len(v.found) {
		return fmt.Errorf("%d of %d items were found", len(items), len(v.found))
	}
	for _, swap := range v.swapped {
		item := items[swap.Key]
		item.Value, item.Expiration = swap.Value, lifetime
		if err := v.client.CompareAndSwap(item); err != nil {
			return err
		}
	}
	return nil
}

// add adds the items under another id.
func (v *gomemcacheVisitor) add() error {
	items := v.another.of(v.added)
	errs := make([]error, len(items))
	do := func(i int) {
		errs[i] = v.client.Add(&memcache.Item{Key: items[i].Key, Value: items[i].Value, Expiration: lifetime})
	}
	var others sync.WaitGroup
	for i := 1; i < len(items); i++ {
		others.Go(func() { do(i) })
	}
	do(0)
	others.Wait()
	return errors.Join(errs...)
}
