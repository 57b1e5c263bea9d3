package runtime

import (
	"context"
	"slices"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// fill sets each element of found to what the store holds under the key at the
// same index of the query. The stores of this package do that without the keys
// and the map that Get needs. fill looks for exactly their types, because a
// type that embeds one of them may have a Get of its own.
func fill(ctx context.Context, store Store, q kv.Query, found []kv.Found) error {
	switch store := store.(type) {
	case *Memory:
		return store.fill(ctx, q, found)
	case *Memcache:
		if err := q.Check(); err != nil {
			return notTaken(err)
		}
		return store.fill(ctx, q, found)
	}
	keys := q.Keys()
	items, err := store.Get(ctx, slices.Clone(keys)) // theirs to reorder
	if err != nil {
		return err
	}
	for i, key := range keys {
		item := items[key]
		found[i] = kv.Found{Value: item.Value, Version: item.Version}
	}
	return nil
}

// getItems is Get for a store that has fill.
func getItems(keys []string, fill func(kv.Query, []kv.Found) error) (map[string]Item, error) {
	if len(keys) == 0 {
		return map[string]Item{}, nil
	}
	q, err := kv.NewQuery(keys)
	if err != nil {
		return nil, notTaken(err)
	}
	found := make([]kv.Found, len(keys))
	if err := fill(q, found); err != nil {
		return nil, err
	}
	return collect(keys, found), nil
}

// collect returns the items that the store holds, by key.
func collect(keys []string, found []kv.Found) map[string]Item {
	items := make(map[string]Item, len(keys))
	for i, f := range found {
		if f.Version != 0 {
			items[keys[i]] = Item{Key: keys[i], Value: f.Value, Version: f.Version}
		}
	}
	return items
}
