package peer

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareGomemcache is the least that a session with one key for each variable can
// cost on memcached.
var BareGomemcache = Library{
	Name:   "bare gomemcache",
	Module: "github.com/bradfitz/gomemcache",
	Bare:   true,
	Notes: "does what sessiongen's store has to do and nothing else: GetMulti of the same keys, CompareAndSwap of the same values, " +
		"Adds of the same values side by side",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("gomemcache needs memcached")
		}
		return &bareGomemcache{shape: s, memcached: memcached, client: newClient(memcached)}, nil
	},
}

type bareGomemcache struct {
	bareSite
	shape     shape.Shape
	memcached string
	client    *memcache.Client
}

func (site *bareGomemcache) Close() { site.client.Close() }

// Visitor lets sessiongen do the work once, to see what it asks the store for.
func (site *bareGomemcache) Visitor(w Work, _ string) (Visitor, error) {
	if w.Once || w.Together {
		return nil, errors.New("bare gomemcache does its work on one session, alone")
	}
	store := runtime.NewMemcache(site.memcached)
	defer store.Close()
	v := &gomemcacheVisitor{client: site.client, recorder: recorder{Store: store}}
	_, err := v.watch(site.shape, w)
	v.do = v.readWrite
	if w.Fresh {
		v.do = v.add
	}
	return v, err
}

type gomemcacheVisitor struct {
	bareVisitor
	recorder
	client *memcache.Client
	do     func() error
	another
}

// Do implements [Visitor].
func (v *gomemcacheVisitor) Do(n int) error {
	for range n {
		if err := v.do(); err != nil {
			return err
		}
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
	id := runtime.SessionKey(v.added[0].Key)
	fresh := v.fresh(id)
	errs := make([]error, len(v.added))
	do := func(i int) {
		errs[i] = v.client.Add(&memcache.Item{
			Key:        fresh + strings.TrimPrefix(v.added[i].Key, id),
			Value:      v.added[i].Value,
			Expiration: lifetime,
		})
	}
	var others sync.WaitGroup
	for i := 1; i < len(v.added); i++ {
		others.Go(func() { do(i) })
	}
	do(0)
	others.Wait()
	return errors.Join(errs...)
}
