package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/google/uuid"
)

// sessionOf returns the record and a variable of the session with number n,
// 1 KB of values in all.
func sessionOf(n int) []Item {
	key := fmt.Sprintf("s:00000000-0000-4000-8000-%012d", n)
	return []Item{
		{Key: key, Value: make([]byte, 500)},
		{Key: key + "-a", Value: make([]byte, 500)},
	}
}

// variablesOf returns n items of one session.
func variablesOf(n int, value []byte) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{Key: fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i), Value: value, Version: uint64(1 + i)}
	}
	return items
}

func itemKeys(items []Item) []string {
	keys := make([]string, len(items))
	for i := range items {
		keys[i] = items[i].Key
	}
	return keys
}

// memoryFor returns a Memory with room for n sessions, but not for n and a
// half.
func memoryFor(t *testing.T, n int) *Memory {
	t.Helper()
	one := NewMemory()
	mustAdd(t, one, sessionOf(0))
	return &Memory{MaxBytes: one.bytes*n + one.bytes/2}
}

func mustAdd(t *testing.T, store Store, items []Item) {
	t.Helper()
	if err := errors.Join(store.Add(t.Context(), items)...); err != nil {
		t.Fatal(err)
	}
}

// mustCount returns how many of the items are there.
func mustCount(t *testing.T, store Store, items []Item) int {
	t.Helper()
	found, err := store.Get(t.Context(), itemKeys(items))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// check compares the sessions that are kept with the queues and the count of
// bytes.
func (m *Memory) check(t *testing.T) {
	t.Helper()
	bytes := 0
	for _, s := range m.sessions {
		bytes += s.bytes
		if m.expiring[s.index] != s || s.place.Value != s {
			t.Fatal("a session is not in the queues")
		}
	}
	if m.bytes != bytes || m.used.Len() != len(m.sessions) || len(m.expiring) != len(m.sessions) {
		t.Fatalf("%d sessions of %d bytes, but counted %d, %d and %d bytes",
			len(m.sessions), bytes, m.used.Len(), len(m.expiring), m.bytes)
	}
}

func TestFullMemoryForgetsWholeSessionsThoseUsedLeastRecentlyFirst(t *testing.T) {
	m := memoryFor(t, 3)
	for n := range 3 {
		mustAdd(t, m, sessionOf(n))
	}
	mustCount(t, m, sessionOf(0)[:1]) // a use of session 0
	mustAdd(t, m, sessionOf(3))       // room for it is taken from session 1
	m.check(t)
	for n, want := range []int{2, 0, 2, 2} {
		if got := mustCount(t, m, sessionOf(n)); got != want {
			t.Errorf("%d items of session %d are there, want %d", got, n, want)
		}
	}
	// A session that grows takes the room of others, and never its own.
	for i := range 2 {
		mustAdd(t, m, []Item{{Key: sessionOf(3)[0].Key + fmt.Sprint("-more", i), Value: make([]byte, 1000)}})
		m.check(t)
	}
	for n, want := range []int{0, 0, 2, 2} {
		if got := mustCount(t, m, sessionOf(n)); got != want {
			t.Errorf("after growth, %d items of session %d are there, want %d", got, n, want)
		}
	}
}

func TestFullMemoryForgetsExpiredSessionsBeforeLivingOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := memoryFor(t, 40)
		for n := range 20 {
			mustAdd(t, m, sessionOf(n))
		}
		for n := 20; n < 40; n++ {
			items := sessionOf(n)
			items[0].Expires = time.Now().Add(time.Second)
			items[1].Expires = time.Now().Add(time.Minute)
			mustAdd(t, m, items)
		}
		time.Sleep(time.Hour)
		for n := 40; n < 60; n++ {
			mustAdd(t, m, sessionOf(n))
			m.check(t)
		}
		for n := range 60 {
			want := 2
			if n >= 20 && n < 40 {
				want = 0
			}
			if got := mustCount(t, m, sessionOf(n)); got != want {
				t.Errorf("%d items of session %d are there, want %d", got, n, want)
			}
		}
	})
}

func TestExpiredSessionsLeaveMemoryThoughItIsNotFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		for n := range 1000 {
			items := sessionOf(n)
			for i := range items {
				items[i].Expires = time.Now().Add(time.Second)
			}
			mustAdd(t, m, items)
		}
		time.Sleep(time.Second)
		for range 1000/maxSweep + 1 {
			mustCount(t, m, sessionOf(0))
		}
		if m.check(t); len(m.sessions) != 0 || m.bytes != 0 {
			t.Errorf("%d sessions and %d bytes are left", len(m.sessions), m.bytes)
		}
	})
}

func TestExpiredItemIsGoneThoughItsSessionLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		items := sessionOf(0)
		items[1].Expires = time.Now().Add(time.Second)
		mustAdd(t, m, items)
		time.Sleep(time.Second - 1)
		if got := mustCount(t, m, items); got != 2 {
			t.Errorf("%d items are there before the expiry, want 2", got)
		}
		time.Sleep(time.Nanosecond)
		if got := mustCount(t, m, items); got != 1 {
			t.Errorf("%d items are there after the expiry, want 1", got)
		}
		mustAdd(t, m, items[1:])
		m.check(t)
	})
}

func TestMemoryIsEmptyWhenAllIsDeleted(t *testing.T) {
	m := NewMemory()
	mustAdd(t, m, sessionOf(0))
	m.Delete(t.Context(), itemKeys(sessionOf(0)))
	m.Swap(t.Context(), sessionOf(1))
	if m.check(t); len(m.sessions) != 0 || m.bytes != 0 {
		t.Errorf("%d sessions and %d bytes are left", len(m.sessions), m.bytes)
	}
}

func TestItemLargerThanMemoryIsRefusedAndPushesNothingOut(t *testing.T) {
	m := memoryFor(t, 2)
	mustAdd(t, m, sessionOf(0))
	mustAdd(t, m, sessionOf(1))
	large := Item{Key: sessionOf(1)[0].Key + "-large", Value: make([]byte, m.MaxBytes)}
	small := Item{Key: sessionOf(1)[0].Key + "-small", Value: make([]byte, 1)}
	errs := m.Add(t.Context(), []Item{large, small})
	if !errors.Is(errs[0], ErrTooLarge) || errs[1] != nil {
		t.Errorf("Add gave %v, want ErrTooLarge for the first item", errs)
	}
	stored, err := m.Get(t.Context(), itemKeys(sessionOf(1)))
	if err != nil {
		t.Fatal(err)
	}
	large.Key = sessionOf(1)[0].Key
	large.Version = stored[large.Key].Version
	if errs := m.Swap(t.Context(), []Item{large}); !errors.Is(errs[0], ErrTooLarge) {
		t.Errorf("Swap gave %v, want ErrTooLarge", errs[0])
	}
	m.check(t)
	for n := range 2 {
		if got := mustCount(t, m, sessionOf(n)); got != 2 {
			t.Errorf("%d items of session %d are there, want 2", got, n)
		}
	}
}

func TestMemoryRefusesTheKeysThatMemcacheRefuses(t *testing.T) {
	refusesWrongKeys(t, NewMemory())
}

// refusesWrongKeys checks that a store refuses a wrong key, and stores the
// other items of the call.
func refusesWrongKeys(t *testing.T, store Store) {
	t.Helper()
	good := sessionOf(0)[0]
	for name, key := range map[string]string{
		"space":           good.Key + "-a b",
		"line end":        good.Key + "-a\r\nflush_all",
		"NUL":             good.Key + "-\x00",
		"DEL":             good.Key + "-\x7f",
		"not ASCII":       good.Key + "-é",
		"251 bytes":       good.Key + fmt.Sprintf("-%0*d", 250-len(good.Key), 0),
		"empty":           "",
		"another session": sessionOf(1)[0].Key,
	} {
		bad := Item{Key: key}
		for call, errs := range map[string][]error{
			"Add":    store.Add(t.Context(), []Item{good, bad}),
			"Delete": store.Delete(t.Context(), []string{good.Key, key}),
		} {
			if errs[0] != nil && !errors.Is(errs[0], ErrExists) || errs[1] == nil || errors.Is(errs[1], ErrUnavailable) {
				t.Errorf("%s with %s gave %v, want a refusal of the second key alone", call, name, errs)
			} else if !strings.HasPrefix(errs[1].Error(), "sessiongen: key") {
				t.Errorf("%s with %s gave %v, which does not say whose error it is", call, name, errs[1])
			}
		}
		if _, err := store.Get(t.Context(), []string{good.Key, key}); err == nil || errors.Is(err, ErrUnavailable) || !strings.HasPrefix(err.Error(), "sessiongen: key") {
			t.Errorf("Get with %s gave %v, want a refusal", name, err)
		}
	}
}

func TestMemoryOfManySessionsStaysWithinItsBound(t *testing.T) {
	m := &Memory{MaxBytes: 1 << 20}
	for n := range 2000 {
		mustAdd(t, m, sessionOf(n))
		if m.bytes > m.MaxBytes {
			t.Fatalf("%d bytes are more than %d", m.bytes, m.MaxBytes)
		}
	}
	m.check(t)
	if len(m.sessions) < 300 {
		t.Errorf("only %d sessions are kept", len(m.sessions))
	}
}

func TestMemoryOfNegativeSizeIsInvalid(t *testing.T) {
	if (&Memory{MaxBytes: -1}).validate() == nil || NewMemory().validate() != nil {
		t.Error("validate is wrong")
	}
}

func BenchmarkMemoryGet(b *testing.B) {
	m := NewMemory()
	items := sessionOf(0)
	m.Add(context.Background(), items)
	keys := itemKeys(items)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Get(b.Context(), keys); err != nil {
			b.Fatal(err)
		}
	}
}

// A request's keys are parts of one string, which must not stay in memory for
// each variable that the request wrote.
func TestMemoryKeepsNoMoreOfAKeyThanItself(t *testing.T) {
	m := NewMemory()
	id := uuid.NewString()
	long := "a:" + id + "-x" + strings.Repeat("y", 1<<20)
	key := long[:len("a:")+len(id)+len("-x")]
	for range 2 { // the second is a swap
		kept := m.mustStore(t, key)
		if unsafe.StringData(kept.suffix) == unsafe.StringData(key[len(SessionKey(key)):]) {
			t.Error("a key is a part of the string it came in")
		}
	}
	for session := range m.sessions {
		if unsafe.StringData(session) == unsafe.StringData(long) {
			t.Error("a session's key is a part of the string it came in")
		}
	}
}

// mustStore adds an item of that key, or swaps the one that is there, and
// returns it as it is kept.
func (m *Memory) mustStore(t *testing.T, key string) *memoryItem {
	t.Helper()
	kept := func() *memoryItem { return m.sessions[SessionKey(key)].find(key[len(SessionKey(key)):]) }
	item := Item{Key: key, Value: []byte("value")}
	err := m.Add(t.Context(), []Item{item})[0]
	if errors.Is(err, ErrExists) {
		item.Version = kept().Version
		err = m.Swap(t.Context(), []Item{item})[0]
	}
	if err != nil {
		t.Fatal(err)
	}
	return kept()
}
