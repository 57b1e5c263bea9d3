package runtime

import (
	"cmp"
	"container/heap"
	"container/list"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
	"github.com/sessiongen/sessiongen/runtime/internal/operation"
)

const (
	defaultMaxBytes = 64 << 20

	// maxSweep is how many expired sessions a call removes at most. Expired
	// sessions can't pile up, because a call makes one session at most; and no
	// call has to remove thousands of them.
	maxSweep = 16
)

// Memory is a [Store] in the memory of the process: for development, for tests
// and for sites that are one process. The sessions are gone when the process
// ends. When the store is full, it forgets whole sessions: those that were not
// used for the longest time. Its zero value is ready for use.
type Memory struct {
	// MaxBytes bounds the size of all sessions together, in bytes, with an
	// estimate of the memory that it takes to keep them. An item that would
	// make its session alone larger than MaxBytes is refused with
	// [ErrTooLarge]. Default: 64 MiB. Set it before the first use.
	MaxBytes int

	mu       sync.Mutex
	sessions map[string]*memorySession // by kv.Session of their keys; an account is one, too
	used     list.List                 // the same sessions, the one used last in front
	expiring expiryQueue               // the same sessions
	bytes    int                       // the size of all sessions
	version  uint64                    // one sequence for all keys, so that no key gets a version twice
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory { return new(Memory) }

// validate returns what makes the store unusable, if anything does.
func (m *Memory) validate() error {
	if m.MaxBytes < 0 {
		return errors.New("sessiongen: Memory.MaxBytes is negative")
	}
	return nil
}

// Get implements [Store].
func (m *Memory) Get(ctx context.Context, keys []string) (map[string]Item, error) {
	return getItems(keys, func(q kv.Query, found []kv.Found) error { return m.fill(ctx, q, found) })
}

func (m *Memory) fill(ctx context.Context, q kv.Query, found []kv.Found) error {
	clear(found)
	now := time.Now()
	if err := operation.ErrAt(ctx, now); err != nil {
		return unavailable(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(now)
	if kv.IsPlace(q.Session) { // the keys may be of several sessions
		for i, key := range q.Keys() {
			m.fillOne(key, &found[i], now)
		}
		return nil
	}
	if s := m.use(q.Session); s != nil {
		s.fill(q.Suffixes, found, now)
	}
	if q.Account {
		m.fillOne(q.Place(), &found[len(q.Suffixes)], now)
	}
	return nil
}

func (m *Memory) fillOne(key string, found *kv.Found, now time.Time) {
	session := kv.Session(key)
	if s := m.use(session); s != nil {
		if item := s.find(key[len(session):]); item != nil && !expired(item.expires, now) {
			*found = item.Found
		}
	}
}

// use returns the session with this key, which it notes as used. It returns nil if
// there is none.
func (m *Memory) use(key string) *memorySession {
	s := m.sessions[key]
	if s != nil {
		m.used.MoveToFront(s.place)
	}
	return s
}

// Add implements [Store].
func (m *Memory) Add(ctx context.Context, items []Item) []error {
	return m.change(ctx, items, func(s *memorySession, suffix string, item *Item) error {
		if s.find(suffix) != nil {
			return ErrExists
		}
		return m.put(s, nil, suffix, item)
	})
}

// Swap implements [Store].
func (m *Memory) Swap(ctx context.Context, items []Item) []error {
	return m.change(ctx, items, func(s *memorySession, suffix string, item *Item) error {
		old := s.find(suffix)
		switch {
		case old == nil:
			return ErrNotFound
		case old.Version != item.Version:
			return ErrExists
		}
		return m.put(s, old, suffix, item)
	})
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, keys []string) []error {
	return m.change(ctx, newItems(keys), func(s *memorySession, suffix string, _ *Item) error {
		s.remove(suffix)
		return nil
	})
}

// change calls do for each of the items, with the session that it belongs to, and
// with the item's suffix: its key without the session's key. Expired items of the
// session are removed before.
func (m *Memory) change(ctx context.Context, items []Item, do func(s *memorySession, suffix string, item *Item) error) []error {
	if len(items) == 0 {
		return nil
	}
	now := time.Now()
	if err := operation.ErrAt(ctx, now); err != nil {
		return slices.Repeat([]error{unavailable(err)}, len(items))
	}
	keys := kv.NewChecker(items[0].Key)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(now)
	errs := make([]error, len(items))
	for from := 0; from < len(items); {
		session, to := kv.Session(items[from].Key), from+1
		for to < len(items) && kv.Session(items[to].Key) == session {
			to++
		}
		s := m.session(session)
		m.bytes -= s.bytes
		s.removeExpired(now)
		for i := from; i < to; i++ {
			item := &items[i]
			if errs[i] = keys.Check(item.Key); errs[i] != nil {
				errs[i] = notTaken(errs[i])
				continue
			}
			errs[i] = do(s, item.Key[len(s.key):], item)
		}
		m.bytes += s.bytes
		m.settle(s)
		from = to
	}
	return errs
}

// put is [memorySession.put], unless the session would become too large.
func (m *Memory) put(s *memorySession, old *memoryItem, suffix string, item *Item) error {
	fresh := memoryItem{suffix, kv.Found{Value: item.Value, Version: m.version + 1}, item.Expires}
	size := s.bytes + fresh.size()
	if old != nil {
		size -= old.size()
	}
	if size > m.maxBytes() {
		return fmt.Errorf("%w: the session would be %d bytes, more than the Memory store may hold", ErrTooLarge, size)
	}
	m.version++
	s.put(old, fresh)
	return nil
}

// session returns the session with this key. It makes one if there is none.
func (m *Memory) session(key string) *memorySession {
	s := m.sessions[key]
	if s != nil {
		return s
	}
	if m.sessions == nil {
		m.sessions = make(map[string]*memorySession)
	}
	s = newMemorySession(key)
	m.sessions[s.key] = s
	m.bytes += s.bytes
	s.place = m.used.PushFront(s)
	heap.Push(&m.expiring, s)
	return s
}

// settle brings everything up to date after a change of s, and forgets sessions
// until all of them fit into MaxBytes.
func (m *Memory) settle(s *memorySession) {
	if len(s.items) == 0 {
		m.forget(s)
		return
	}
	s.expires = s.lastExpiry()
	heap.Fix(&m.expiring, s.index)
	m.used.MoveToFront(s.place)
	for m.bytes > m.maxBytes() {
		m.forget(m.used.Back().Value.(*memorySession))
	}
}

// sweep forgets sessions whose items have all expired, maxSweep of them at
// most.
func (m *Memory) sweep(now time.Time) {
	for range maxSweep {
		if len(m.expiring) == 0 || !expired(m.expiring[0].expires, now) {
			return
		}
		m.forget(m.expiring[0])
	}
}

func (m *Memory) forget(s *memorySession) {
	delete(m.sessions, s.key)
	m.used.Remove(s.place)
	heap.Remove(&m.expiring, s.index)
	m.bytes -= s.bytes
}

func (m *Memory) maxBytes() int { return cmp.Or(m.MaxBytes, defaultMaxBytes) }

// newItems returns items with the keys, and nothing else.
func newItems(keys []string) []Item {
	items := make([]Item, len(keys))
	for i, key := range keys {
		items[i].Key = key
	}
	return items
}
