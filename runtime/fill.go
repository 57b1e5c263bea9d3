package runtime

import "context"

// fill completes the items whose keys are given with what the store holds: an
// absent one has version 0. The stores of this package do so without the map
// that Get makes. It asks for their very types, because a type that embeds one
// may have a Get of its own.
func fill(ctx context.Context, store Store, items []Item) error {
	switch store := store.(type) {
	case *Memory:
		return store.fill(ctx, items)
	case *Memcache:
		return store.fill(ctx, items)
	}
	found, err := store.Get(ctx, itemKeys(items))
	if err != nil {
		return err
	}
	for i := range items {
		item := found[items[i].Key]
		items[i].Value, items[i].Version = item.Value, item.Version
	}
	return nil
}

// collect returns those of the items that are there, by key.
func collect(items []Item) map[string]Item {
	found := make(map[string]Item, len(items))
	for _, item := range items {
		if item.Version != 0 {
			found[item.Key] = item
		}
	}
	return found
}

// newItems returns items with the keys, and nothing else.
func newItems(keys []string) []Item {
	items := make([]Item, len(keys))
	for i, key := range keys {
		items[i].Key = key
	}
	return items
}

func itemKeys(items []Item) []string {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	return keys
}
