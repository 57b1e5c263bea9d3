package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareStore shows which part of a session's time its store takes, nearly: a session
// goes without the map that Get returns.
var BareStore = Library{
	Name: "sessiongen's store alone",
	Bare: true,
	Notes: "is `runtime.Memcache` asked for the same keys and values by the public methods of a Store: no request, no cookie, nothing sealed, " +
		"opened or decoded; its Get returns a map, as GetMulti of gomemcache does, which sessiongen itself goes without",
	Open: onMemcached(func(s shape.Shape, memcached string) (Site, error) {
		return bareStore{shape: s, memcached: memcached, store: newStore(memcached)}, nil
	}),
}

type bareStore struct {
	bareSite
	shape     shape.Shape
	memcached string
	store     *runtime.Memcache
}

func (site bareStore) Close() { site.store.Close() }

func (site bareStore) Visitor(w Work, _ string) (Visitor, error) {
	seen, err := askedOn(site.memcached, site.shape, w)
	v := &storeVisitor{store: site.store, asked: seen}
	v.ctx, v.leave = context.WithCancel(context.Background())
	v.once = v.work
	return v, err
}

type storeVisitor struct {
	bareVisitor
	asked
	another
	store *runtime.Memcache

	ctx   context.Context // may end, as a request's may, which the store watches
	leave context.CancelFunc
}

func (v *storeVisitor) work() error {
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
func (v *storeVisitor) readWrite() error {
	items, err := v.store.Get(v.ctx, v.keys)
	if err != nil {
		return err
	}
	if len(items) != len(v.found) {
		return fmt.Errorf("%d of %d items were found", len(items), len(v.found))
	}
	if len(v.swapped) == 0 {
		return nil
	}
	for i := range v.swapped {
		v.swapped[i].Version = items[v.swapped[i].Key].Version
	}
	return errors.Join(v.store.Swap(v.ctx, v.swapped)...)
}

// add adds the items under another id.
func (v *storeVisitor) add() error {
	items := v.another.of(v.added)
	for i := range items {
		items[i].Expires = time.Now().Add(lifetime * time.Second)
	}
	return errors.Join(v.store.Add(v.ctx, items)...)
}
