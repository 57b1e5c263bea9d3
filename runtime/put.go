package runtime

import (
	"context"
	"sync"
)

// put stores the items side by side. It adds the items without a version, and
// swaps the others if the store still has their version. The result has one
// entry an item.
func (e *engine) put(ctx context.Context, items []Item) []error {
	absent := 0
	for i := range items {
		if items[i].Version == 0 {
			absent++
		}
	}
	switch absent {
	case 0:
		return e.store.swap(ctx, items)
	case len(items):
		return e.store.add(ctx, items)
	}
	var adds, swaps batch
	for i, item := range items {
		if item.Version == 0 {
			adds.append(i, item)
		} else {
			swaps.append(i, item)
		}
	}
	errs := make([]error, len(items))
	var wg sync.WaitGroup
	wg.Go(func() { adds.send(ctx, e.store.add, errs) })
	swaps.send(ctx, e.store.swap, errs)
	wg.Wait()
	return errs
}

// A batch is the items that go into one call of the store, with the indexes
// under which their errors go into the result of put.
type batch struct {
	items []Item
	at    []int
}

func (b *batch) append(at int, item Item) {
	b.items, b.at = append(b.items, item), append(b.at, at)
}

func (b *batch) send(ctx context.Context, call func(context.Context, []Item) []error, errs []error) {
	for i, err := range call(ctx, b.items) {
		errs[b.at[i]] = err
	}
}
