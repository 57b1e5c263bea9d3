package memcached_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

// carry returns what carries v with the items.
func carry(v memcached.Verb, items []memcached.Command) func(*memcached.Lane) error {
	return func(l *memcached.Lane) error { return l.Do(v, items) }
}

func TestCarriedCallIsOneWriteAndOneRead(t *testing.T) {
	items := variablesOf(33, bytes.Repeat([]byte("v"), 60))
	keys := keysOf(items)
	u := lookupOf(t, keys)
	for name, call := range map[string]struct {
		on            func(*memcached.Lane) error
		answers, sent string
	}{
		"get":    {u.on, valueLines(items), "gets " + strings.Join(keys, " ") + "\r\n"},
		"add":    {carry(memcached.Add, items[:1]), "STORED\r\n", "add " + keys[0] + " 0 0 60\r\n" + string(items[0].Value) + "\r\n"},
		"cas":    {carry(memcached.Swap, items[1:2]), "STORED\r\n", "cas " + keys[1] + " 0 0 60 2\r\n" + string(items[0].Value) + "\r\n"},
		"delete": {carry(memcached.Delete, items), strings.Repeat("DELETED\r\n", 33), "delete " + strings.Join(keys, "\r\ndelete ") + "\r\n"},
	} {
		l, conn := scriptedLane(call.answers)
		if err := call.on(l); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if conn.writes != 1 || conn.reads != 1 || conn.sent.String() != call.sent {
			t.Errorf("%s: %d writes and %d reads, sent %q", name, conn.writes, conn.reads, conn.sent.String())
		}
	}
	if len(u.items()) != len(items) {
		t.Errorf("got %d of %d items", len(u.items()), len(items))
	}
}

func TestCarriedCallAllocatesForItsResultAndLittleElse(t *testing.T) {
	items := variablesOf(6, bytes.Repeat([]byte("v"), 60))
	l, conn := scriptedLane("")
	allocations := func(answers string, on func(*memcached.Lane) error) float64 {
		r := strings.NewReader("")
		conn.answers = r
		least := math.Inf(1)
		for range 10 { // the race detector makes some more at random
			least = min(least, testing.AllocsPerRun(100, func() {
				conn.sent.Reset()
				r.Reset(answers)
				if err := on(l); err != nil {
					t.Fatal(err)
				}
			}))
		}
		return least
	}
	// The values are one, and gomemcache's Get is one.
	if got := allocations(valueLines(items), lookupOf(t, keysOf(items)).on); got > 2 {
		t.Errorf("a get allocates %v times", got)
	}
	if got := allocations(strings.Repeat("STORED\r\n", 6), carry(memcached.Add, items)); got > 1 {
		t.Errorf("an add allocates %v times", got)
	}
}

func TestItemsOfOneCallAreWrittenSideBySide(t *testing.T) {
	bothWays(t, func(t *testing.T, w way) {
		const n = 12
		items := make([]memcached.Command, n)
		for i := range items {
			items[i] = memcached.Command{Key: fmt.Sprintf("%s-%d", sessionOf(0)[0].Key, i), Value: []byte("x")}
		}
		for _, verb := range []string{"Add", "Delete"} {
			var arrived sync.WaitGroup
			arrived.Add(n)
			f := memcachedtest.StartFake(t, func(c *memcachedtest.Conn) {
				for words := c.Command(); words != nil; words = c.Command() {
					arrived.Done()
					go func() {
						arrived.Wait() // no answer before all are here
						c.Answer(map[string]string{"add": "STORED\r\n", "delete": "DELETED\r\n"}[words[0]])
					}()
				}
			})
			if err := w.newStore(t, f.Addr).call(t.Context(), verb, items); err != nil {
				t.Error(err)
			}
			want := 1
			if w.plain {
				want = n
			}
			if _, _, accepted := f.Counts(); accepted != want {
				t.Errorf("%s was on %d connections, want %d", verb, accepted, want)
			}
		}
	})
}

// If a later gomemcache spoke in another way, nothing would be sent, neither
// wrong nor right.
func TestCarrierSendsItsMessageInPlaceOfItsGetAlone(t *testing.T) {
	const command = "gets batch\r\n"
	for name, writes := range map[string][]string{
		"no command":           {},
		"another command":      {"get batch\r\n"},
		"half of it":           {"gets batch"},
		"it and more":          {command + "\r\n"},
		"nothing":              {""},
		"it in pieces":         {"gets ", "batch\r\n"},
		"it twice":             {command, command},
		"it after another":     {"x", command},
		"another one after it": {command, "x"},
	} {
		l, conn := scriptedLane("END\r\n")
		u := lookupOf(t, keysOf(sessionOf(0)))
		client := l.Begin(u.query, u.found)
		var err error
		for _, text := range writes {
			if _, e := client.Write([]byte(text)); e != nil {
				err = e
			}
		}
		if len(writes) > 0 && !errors.Is(err, memcached.ErrCarrier) {
			t.Errorf("a client that sends %s: %v", name, err)
		}
		if _, err := client.Read(make([]byte, 10)); !errors.Is(err, memcached.ErrCarrier) {
			t.Errorf("a client that has sent %s reads: %v", name, err)
		}
		if conn.writes != 0 || conn.reads != 0 {
			t.Errorf("a client that sends %s: sent %q", name, conn.sent.String())
		}
	}
}
