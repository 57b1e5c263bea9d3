package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/sessiongen/sessiongen/runtime"
)

// A testStore counts what is stored, and can be down.
type testStore struct {
	runtime.Store
	writes atomic.Int64 // items added and swapped
	down   atomic.Bool
}

var errDown = errors.New("the store is down")

func (s *testStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if s.down.Load() {
		return nil, errDown
	}
	return s.Store.Get(ctx, keys)
}

func (s *testStore) Add(ctx context.Context, items []runtime.Item) []error {
	if s.down.Load() {
		return slices.Repeat([]error{errDown}, len(items))
	}
	s.writes.Add(int64(len(items)))
	return s.Store.Add(ctx, items)
}

func (s *testStore) Swap(ctx context.Context, items []runtime.Item) []error {
	if s.down.Load() {
		return slices.Repeat([]error{errDown}, len(items))
	}
	s.writes.Add(int64(len(items)))
	return s.Store.Swap(ctx, items)
}
