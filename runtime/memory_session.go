package runtime

import (
	"container/list"
	"slices"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// What an item and a session need besides keys and values, in bytes: measured,
// and rounded up.
const (
	itemOverhead    = 150
	sessionOverhead = 350
)

// memorySession holds the items of one session in a [Memory].
type memorySession struct {
	key     string
	items   []memoryItem
	bytes   int
	expires time.Time // when the last item expires; zero if one never does

	place *list.Element // in Memory.used
	index int           // in Memory.expiring
}

type memoryItem struct {
	suffix string // the item's key without the session's key
	kv.Found
	expires time.Time
}

// newMemorySession returns an empty session. A session keeps copies of all
// keys, because the keys of a call may be parts of a longer string, which would
// stay in memory as a whole.
func newMemorySession(key string) *memorySession {
	key = strings.Clone(key)
	return &memorySession{key: key, bytes: sessionOverhead + len(key)}
}

// fill sets each element of found to the item with the suffix at the same
// index, unless the item is missing or expired. Items are mostly asked for in
// the order in which they are kept, so each search begins behind the item that
// was found last.
func (s *memorySession) fill(suffixes []string, found []kv.Found, now time.Time) {
	next := 0
	for i, suffix := range suffixes {
		for range s.items {
			if next == len(s.items) {
				next = 0
			}
			item := &s.items[next]
			next++
			if item.suffix == suffix {
				if !expired(item.expires, now) {
					found[i] = item.Found
				}
				break
			}
		}
	}
}

// find returns the item with this suffix, nil if there is none.
func (s *memorySession) find(suffix string) *memoryItem {
	for i := range s.items {
		if s.items[i].suffix == suffix {
			return &s.items[i]
		}
	}
	return nil
}

// put stores item in the place of old, which has the same suffix, or beside the
// other items if old is nil.
func (s *memorySession) put(old *memoryItem, item memoryItem) {
	if old != nil {
		s.bytes += item.size() - old.size()
		item.suffix = old.suffix
		*old = item
		return
	}
	s.bytes += item.size()
	item.suffix = strings.Clone(item.suffix)
	s.items = append(s.items, item)
}

func (s *memorySession) remove(suffix string) {
	s.removeIf(func(item *memoryItem) bool { return item.suffix == suffix })
}

func (s *memorySession) removeExpired(now time.Time) {
	for i := range s.items {
		if expired(s.items[i].expires, now) { // seldom
			s.removeIf(func(item *memoryItem) bool { return expired(item.expires, now) })
			return
		}
	}
}

func (s *memorySession) removeIf(gone func(*memoryItem) bool) {
	kept := s.items[:0]
	for i := range s.items {
		if item := &s.items[i]; gone(item) {
			s.bytes -= item.size()
		} else {
			kept = append(kept, *item)
		}
	}
	clear(s.items[len(kept):])
	s.items = kept
	if cap(s.items) > 2*len(s.items) {
		s.items = slices.Clone(s.items) // itemOverhead allows for that much unused room, and no more
	}
}

func (s *memorySession) lastExpiry() time.Time {
	var last time.Time
	for i := range s.items {
		expires := s.items[i].expires
		if expires.IsZero() {
			return expires
		}
		if expires.After(last) {
			last = expires
		}
	}
	return last
}

// size returns the memory that the item takes, in bytes. It counts the capacity
// of the value, because all of that stays in memory.
func (i *memoryItem) size() int { return itemOverhead + len(i.suffix) + cap(i.Value) }

// expired tells whether the time expires has come. The zero time never comes.
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
