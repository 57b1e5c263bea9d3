package memcached_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/memcachedtest"
	"github.com/sessiongen/sessiongen/runtime/internal/memcached"
)

func TestValuesOfAnAnswerDoNotShareMemoryThatCanBeAppendedTo(t *testing.T) {
	items := variablesOf(3, []byte("value"))
	l, _ := scriptedLane(valueLines(items))
	u := lookupOf(t, keysOf(items))
	if err := u.on(l); err != nil {
		t.Fatal(err)
	}
	for _, item := range u.items() {
		_ = append(item.Value, "overwritten"...)
	}
	for key, item := range u.items() {
		if string(item.Value) != "value" {
			t.Errorf("%s holds %q", key, item.Value)
		}
	}
}

// Values end before, at and behind every place where a read may end, and may have
// room that has served for other values.
func TestValuesOfAnySizeArriveHoweverTheAnswerIsSplit(t *testing.T) {
	room := []byte("left over from another answer")
	for _, size := range []int{0, 1, 100, memcached.AnswersBuffer - 3, memcached.AnswersBuffer - 2, memcached.AnswersBuffer - 1, memcached.AnswersBuffer, memcached.AnswersBuffer + 1,
		3 * memcached.AnswersBuffer, memcached.TrustedSize, memcached.TrustedSize + 1, 3*memcached.TrustedSize + 7} {
		items := variablesOf(3, bytes.Repeat([]byte("0123456789\r\n"), size/12+1)[:size])
		items[0].Value = items[0].Value[:size/2]
		answer := valueLines(items)
		for _, piece := range []int{1, 1000, memcached.AnswersBuffer - 1, memcached.AnswersBuffer, len(answer)} {
			if size/piece > 200 {
				continue // takes its time
			}
			for _, in := range []*[]byte{nil, &room} {
				l, conn := scriptedLane("")
				conn.answers = &pieces{answer, piece}
				u := lookupOf(t, keysOf(items))
				u.query.Room = in
				if err := u.on(l); err != nil {
					t.Fatalf("size %d in pieces of %d: %v", size, piece, err)
				}
				for _, item := range items {
					if got := u.items()[item.Key]; !bytes.Equal(got.Value, item.Value) || got.Version != item.Version || got.Key != item.Key {
						t.Errorf("size %d in pieces of %d: %q, version %d, has %d bytes", size, piece, got.Key, got.Version, len(got.Value))
					}
				}
			}
		}
	}
}

func TestSmallValuesAreReadIntoRoomThatIsThere(t *testing.T) {
	items := variablesOf(3, []byte("value"))
	room := make([]byte, 0, 100)
	l, _ := scriptedLane(valueLines(items))
	u := lookupOf(t, keysOf(items))
	u.query.Room = &room
	if err := u.on(l); err != nil {
		t.Fatal(err)
	}
	if got := string(room); got != strings.Repeat("value", 3) || cap(room) != 100 {
		t.Errorf("the room has %q and %d bytes", got, cap(room))
	}
}

// pieces reads a text in pieces of some size.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

func TestAnnouncedSizeIsWorthNoMemoryBeyondWhatArrives(t *testing.T) {
	key := sessionOf(0)[0].Key
	for size, want := range map[string]error{
		"1073741824":           io.ErrUnexpectedEOF, // the largest -I
		"1073741825":           memcached.ErrProtocol,
		"18446744073709551615": memcached.ErrProtocol,
	} {
		answer := fmt.Sprintf("VALUE %s 0 %s 1\r\n%s", key, size, strings.Repeat("x", 100_000))
		l, _ := scriptedLane(answer)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := lookupOf(t, []string{key}).on(l)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, want) || !l.Closed() {
			t.Errorf("size %s: %v, closed: %t; want %v", size, err, l.Closed(), want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 2*memcached.TrustedSize {
			t.Errorf("size %s cost %d bytes", size, got)
		}
	}
}

// largestValue is the size, in bytes, of a value that a memcached with default
// options takes under any key.
const largestValue = 1<<20 - 512

// Neither side waits for the other: what memcached answers to writes is little,
// and it answers to a get when it has all of it.
func TestLargestBatchesEnd(t *testing.T) {
	m := way{}.newStore(t, memcachedtest.Start(t, "-m", "256"))
	items := variablesOf(32, bytes.Repeat([]byte("v"), largestValue))
	m.mustAdd(t, items)
	items = append(items, variablesOf(2000, []byte("x"))[32:]...)
	for _, call := range []string{"Delete", "Add", "Delete"} {
		if err := m.call(t.Context(), call, items); err != nil {
			t.Fatalf("%s: %v", call, err)
		}
		found, err := m.get(t.Context(), keysOf(items))
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			if got := found[item.Key].Value; call == "Add" && !bytes.Equal(got, item.Value) || call == "Delete" && got != nil {
				t.Fatalf("after %s there are %d bytes of %s", call, len(got), item.Key)
			}
		}
	}
	if kept := m.IdleLane().MessageSize(); kept > memcached.KeptMessage {
		t.Errorf("%d bytes of a message are kept", kept)
	}
}
