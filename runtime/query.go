package runtime

import (
	"context"
	"slices"
	"strings"
)

// A query asks for some keys of one session.
type query struct {
	session  string   // its SessionKey, with which every key begins
	suffixes []string // what follows in each
}

// stored is what a store holds under one key.
type stored struct {
	value   []byte
	version uint64 // 0: nothing is there
}

// newQuery returns the query for the keys of one call, of which there is one at
// least.
func newQuery(keys []string) (query, error) {
	checker := newKeyChecker(keys[0])
	q := query{checker.session, make([]string, len(keys))}
	for i, key := range keys {
		if err := checker.check(key); err != nil {
			return query{}, err
		}
		q.suffixes[i] = key[len(q.session):]
	}
	return q, nil
}

// check tells whether the keys can be sent.
func (q query) check() error {
	if !isVisible(q.session) {
		return errKey
	}
	for _, suffix := range q.suffixes {
		if length := len(q.session) + len(suffix); !isVisible(suffix) || length == 0 || length > maxKeyLength {
			return errKey
		}
	}
	return nil
}

// keys returns the keys, which share one string.
func (q query) keys() []string {
	length := 0
	for _, suffix := range q.suffixes {
		length += len(q.session) + len(suffix)
	}
	var all strings.Builder
	all.Grow(length)
	keys := make([]string, len(q.suffixes))
	for i, suffix := range q.suffixes {
		start := all.Len()
		all.WriteString(q.session)
		all.WriteString(suffix)
		keys[i] = all.String()[start:]
	}
	return keys
}

// fill sets each of found to what the store holds under the key that stands at
// the same place in the query. The stores of this package do so without the keys
// and the map that Get needs. It asks for their very types, because a type that
// embeds one may have a Get of its own.
func fill(ctx context.Context, store Store, q query, found []stored) error {
	switch store := store.(type) {
	case *Memory:
		return store.fill(ctx, q, found)
	case *Memcache:
		if err := q.check(); err != nil {
			return err
		}
		return store.fill(ctx, q, found)
	}
	keys := q.keys()
	items, err := store.Get(ctx, slices.Clone(keys)) // theirs to reorder
	if err != nil {
		return err
	}
	for i, key := range keys {
		item := items[key]
		found[i] = stored{item.Value, item.Version}
	}
	return nil
}

// getItems is Get for a store that has fill.
func getItems(keys []string, fill func(query, []stored) error) (map[string]Item, error) {
	if len(keys) == 0 {
		return map[string]Item{}, nil
	}
	q, err := newQuery(keys)
	if err != nil {
		return nil, err
	}
	found := make([]stored, len(keys))
	if err := fill(q, found); err != nil {
		return nil, err
	}
	return collect(keys, found), nil
}

// collect returns what is there of what the store holds under the keys.
func collect(keys []string, found []stored) map[string]Item {
	items := make(map[string]Item, len(keys))
	for i, f := range found {
		if f.version != 0 {
			items[keys[i]] = Item{Key: keys[i], Value: f.value, Version: f.version}
		}
	}
	return items
}

// newItems returns items with the keys, and nothing else.
func newItems(keys []string) []Item {
	items := make([]Item, len(keys))
	for i, key := range keys {
		items[i].Key = key
	}
	return items
}
