package runtime

import (
	"context"
	"fmt"
	"slices"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// serverOf returns the address of the server that has a key, empty if there is none.
func (m *Memcache) serverOf(ctx context.Context, key string) string {
	m.start.Do(m.open)
	if m.unusable != nil {
		return ""
	}
	return m.client.Server(ctx, key)
}

// Get implements [Store].
func (m *Memcache) Get(ctx context.Context, keys []string) (map[string]Item, error) {
	return getItems(keys, func(q kv.Query, found []kv.Found) error { return m.fill(ctx, q, found) })
}

// fill sets each element of found to what the store holds. The query must have
// been checked.
func (m *Memcache) fill(ctx context.Context, q kv.Query, found []kv.Found) error {
	m.start.Do(m.open)
	if m.unusable != nil {
		return unavailable(m.unusable)
	}
	if err := m.client.Get(ctx, q, found); err != nil {
		return unavailable(err)
	}
	return nil
}

// Add implements [Store].
func (m *Memcache) Add(ctx context.Context, items []Item) []error {
	return m.do(ctx, memcached.Add, items)
}

// Swap implements [Store].
func (m *Memcache) Swap(ctx context.Context, items []Item) []error {
	return m.do(ctx, memcached.Swap, items)
}

// Delete implements [Store].
func (m *Memcache) Delete(ctx context.Context, keys []string) []error {
	return m.do(ctx, memcached.Delete, newItems(keys))
}

func (m *Memcache) do(ctx context.Context, v memcached.Verb, items []Item) []error {
	if len(items) == 0 {
		return nil
	}
	m.start.Do(m.open)
	if m.unusable != nil {
		return slices.Repeat([]error{unavailable(m.unusable)}, len(items))
	}
	batch, _ := m.batches.Get().(*[]memcached.Command)
	if batch == nil {
		batch = new([]memcached.Command)
	}
	for i := range items {
		item := &items[i]
		*batch = append(*batch, memcached.Command{Key: item.Key, Value: item.Value, Version: item.Version, Expires: item.Expires})
	}
	m.client.Do(ctx, v, *batch)
	errs := make([]error, len(items))
	for i := range *batch {
		errs[i] = outcomeError(&(*batch)[i])
	}
	m.keep(batch)
	return errs
}

// keptBatch bounds the number of commands for which memory is kept.
const keptBatch = 64

// keep keeps the memory of a batch for the next one. Nothing else refers to it:
// the call is over.
func (m *Memcache) keep(batch *[]memcached.Command) {
	if cap(*batch) <= keptBatch {
		clear(*batch)
		*batch = (*batch)[:0]
		m.batches.Put(batch)
	}
}

// outcomeError returns the error that [Store] prescribes for the outcome of a
// command.
func outcomeError(c *memcached.Command) error {
	switch c.Outcome {
	case memcached.Done:
		return nil
	case memcached.Exists:
		return ErrExists
	case memcached.NotFound:
		return ErrNotFound
	case memcached.TooLarge:
		return fmt.Errorf("%w: %w", ErrTooLarge, c.Err)
	case memcached.Refused:
		return notTaken(c.Err)
	}
	return unavailable(c.Err)
}
