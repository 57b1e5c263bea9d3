package peer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/runtime"
)

// BareStore shows which part of a session's time its store takes.
var BareStore = Library{
	Name: "sessiongen's store alone",
	Bare: true,
	Notes: "is the calls that sessiongen makes of its store on memcached, `runtime.Memcache`, for the same keys and values: " +
		"no request, no cookie, nothing sealed, opened or decoded",
	Open: func(s shape.Shape, memcached string) (Site, error) {
		if memcached == "" {
			return nil, errors.New("the store alone is measured on memcached")
		}
		store := runtime.NewMemcache(memcached)
		store.Timeout = patience
		return bareStore{shape: s, store: store}, nil
	},
}

type bareStore struct {
	bareSite
	shape shape.Shape
	store *runtime.Memcache
}

func (site bareStore) Close() { site.store.Close() }

// Visitor lets sessiongen do the work once, to see what it asks the store for.
func (site bareStore) Visitor(w Work, _ string) (Visitor, error) {
	if w.Once || w.Together {
		return nil, errors.New("a bare store does its work on one session, alone")
	}
	v := &storeVisitor{recorder: recorder{Store: site.store}}
	_, err := v.watch(site.shape, w)
	v.Store = site.store
	if !w.Fresh {
		v.added = nil
	}
	return v, err
}

type storeVisitor struct {
	bareVisitor
	recorder
	another
}

// Do implements [Visitor].
func (v *storeVisitor) Do(n int) error {
	ctx, cancel := context.WithCancel(context.Background()) // a request's context may end, which the store watches
	defer cancel()
	for range n {
		if err := errors.Join(v.readWrite(ctx), v.add(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// readWrite reads what sessiongen has read, and swaps what it has swapped.
func (v *storeVisitor) readWrite(ctx context.Context) error {
	if len(v.keys) == 0 {
		return nil
	}
	items, err := v.Store.Get(ctx, v.keys)
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
	return errors.Join(v.Store.Swap(ctx, v.swapped)...)
}

// add adds the items under another id.
func (v *storeVisitor) add(ctx context.Context) error {
	if len(v.added) == 0 {
		return nil
	}
	id := runtime.SessionKey(v.added[0].Key)
	fresh := v.fresh(id)
	items := make([]runtime.Item, len(v.added))
	for i, item := range v.added {
		items[i] = runtime.Item{Key: fresh + strings.TrimPrefix(item.Key, id), Value: item.Value, Expires: time.Now().Add(lifetime * time.Second)}
	}
	return errors.Join(v.Store.Add(ctx, items)...)
}
