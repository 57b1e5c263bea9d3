package runtime

import (
	"container/list"
	"strings"
	"time"
)

// What an item and a session need besides keys and values: measured, and
// rounded up.
const (
	itemOverhead    = 150
	sessionOverhead = 1000
)

// memorySession holds the items of one session in a [Memory].
type memorySession struct {
	key     string
	items   map[string]Item // by their keys
	bytes   int
	expires time.Time // when the last item does; zero if one never does

	place *list.Element // in Memory.used
	index int           // in Memory.expiring
}

// newMemorySession returns an empty session. Its keys are copies, because those
// of a call may be parts of a longer string, which would stay in memory.
func newMemorySession(key string) *memorySession {
	key = strings.Clone(key)
	return &memorySession{key: key, items: make(map[string]Item), bytes: sessionOverhead + len(key)}
}

func (s *memorySession) put(item Item) {
	old, exists := s.items[item.Key]
	s.bytes += itemSize(item)
	if exists {
		s.bytes -= itemSize(old)
		item.Key = old.Key
	} else {
		item.Key = strings.Clone(item.Key)
	}
	s.items[item.Key] = item
}

func (s *memorySession) remove(key string) {
	s.bytes -= s.sizeOf(key)
	delete(s.items, key)
}

func (s *memorySession) removeExpired(now time.Time) {
	for key, item := range s.items {
		if expired(item.Expires, now) {
			s.remove(key)
		}
	}
}

// sizeOf returns the size of the item with this key, 0 if there is none.
func (s *memorySession) sizeOf(key string) int {
	item, exists := s.items[key]
	if !exists {
		return 0
	}
	return itemSize(item)
}

func (s *memorySession) lastExpiry() time.Time {
	var last time.Time
	for _, item := range s.items {
		if item.Expires.IsZero() {
			return item.Expires
		}
		if item.Expires.After(last) {
			last = item.Expires
		}
	}
	return last
}

// itemSize counts a value's capacity: all of it stays in memory.
func itemSize(item Item) int { return itemOverhead + len(item.Key) + cap(item.Value) }

// expired tells whether a time of expiry has come. The zero time never does.
func expired(expires, now time.Time) bool { return !expires.IsZero() && !now.Before(expires) }

// expiryQueue is a heap of sessions, the one that expires first on top.
type expiryQueue []*memorySession

func (q expiryQueue) Len() int { return len(q) }

func (q expiryQueue) Less(i, j int) bool {
	a, b := q[i].expires, q[j].expires
	if a.IsZero() || b.IsZero() {
		return !a.IsZero()
	}
	return a.Before(b)
}

func (q expiryQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *expiryQueue) Push(x any) {
	s := x.(*memorySession)
	s.index = len(*q)
	*q = append(*q, s)
}

func (q *expiryQueue) Pop() any {
	last := len(*q) - 1
	s := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return s
}
