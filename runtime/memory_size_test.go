package runtime

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/uuid"
)

func TestMemoryCountsWhatItsSessionsTake(t *testing.T) {
	for _, n := range []int{1, 5, 9, 33} { // a slice of 9 items has room for 16
		m := &Memory{MaxBytes: 1 << 30}
		before := heapInUse()
		for range 2000 {
			id := "session:" + uuid.NewString()
			for i := range n {
				item := Item{Key: fmt.Sprintf("%s-name%d", id, i), Value: make([]byte, 48)}
				if err := m.Add(t.Context(), []Item{item})[0]; err != nil {
					t.Fatal(err)
				}
			}
		}
		taken := heapInUse() - before
		if m.bytes < taken || m.bytes > 2*taken {
			t.Errorf("with %d items a session: %d bytes counted, %d taken", n, m.bytes, taken)
		}
		runtime.KeepAlive(m)
	}
}

func TestMemoryAllocatesNothingForEachItemItRemoves(t *testing.T) {
	const n = 100
	m, items := NewMemory(), variablesOf(n, nil)
	add := func() { m.Add(t.Context(), items) }
	adding := testing.AllocsPerRun(10, func() { add(); m.forget(m.sessions[SessionKey(items[0].Key)]) })
	both := testing.AllocsPerRun(10, func() { add(); m.Delete(t.Context(), itemKeys(items)) })
	if both-adding > n/2 {
		t.Errorf("%v allocations to remove %d items", both-adding, n)
	}
}

func TestMemoryGivesBackWhatRemovedItemsTook(t *testing.T) {
	m := NewMemory()
	items := variablesOf(1000, nil)
	for _, err := range m.Add(t.Context(), items) {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.Delete(t.Context(), itemKeys(items[1:]))
	if got := cap(m.sessions[SessionKey(items[0].Key)].items); got > 2 {
		t.Errorf("a session of one item has room for %d", got)
	}
}

func heapInUse() int {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int(s.HeapAlloc)
}
