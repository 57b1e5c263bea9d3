package runtime_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/sessiongen/sessiongen/runtime"
)

// A spyStore notes the calls of a store and can make them fail.
type spyStore struct {
	runtime.Store

	// fail returns the error that a call fails with. It is called ahead of the
	// call, and may use the store itself. nil: no call fails.
	fail func(call string, keys []string) error

	mu    sync.Mutex
	calls []string
}

// note writes down a call, such as "add R token".
func (s *spyStore) note(verb string, keys []string) error {
	words := []string{verb}
	for _, key := range keys {
		name := strings.TrimPrefix(strings.TrimPrefix(key, runtime.SessionKey(key)), "-")
		if name == "" {
			name = "R"
		}
		words = append(words, name)
	}
	call := strings.Join(words, " ")
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	if s.fail == nil {
		return nil
	}
	return s.fail(call, keys)
}

// take returns the calls since take was called last.
func (s *spyStore) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *spyStore) Get(ctx context.Context, keys []string) (map[string]runtime.Item, error) {
	if err := s.note("get", keys); err != nil {
		return nil, err
	}
	return s.Store.Get(ctx, keys)
}

func (s *spyStore) Add(ctx context.Context, items []runtime.Item) []error {
	return s.write("add", items, func() []error { return s.Store.Add(ctx, items) })
}

func (s *spyStore) Swap(ctx context.Context, items []runtime.Item) []error {
	return s.write("swap", items, func() []error { return s.Store.Swap(ctx, items) })
}

func (s *spyStore) Delete(ctx context.Context, keys []string) []error {
	if err := s.note("delete", keys); err != nil {
		return slices.Repeat([]error{err}, len(keys))
	}
	return s.Store.Delete(ctx, keys)
}

func (s *spyStore) write(verb string, items []runtime.Item, do func() []error) []error {
	keys := make([]string, len(items))
	for i, item := range items {
		keys[i] = item.Key
	}
	if err := s.note(verb, keys); err != nil {
		return slices.Repeat([]error{err}, len(items))
	}
	return do()
}
