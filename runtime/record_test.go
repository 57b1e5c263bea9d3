package runtime

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRecordRoundTrips(t *testing.T) {
	at := momentOf(time.UnixMilli(1_900_000_000_123))
	usual := newNameList([]string{"token", "user_id"})
	for _, want := range []record{
		{created: at, seen: at},
		{created: at, seen: at + 3_600_000, names: []string{"token"}},
		{created: at, seen: at, names: []string{"token", "user_id"}},
		{created: at, seen: at, names: []string{"user_id", "token", "cart"}},
		{ended: true, created: at, seen: at, names: []string{"a", strings.Repeat("z", maxNameLength), "user_id"}},
	} {
		got, err := decodeRecord(want.encode(), usual)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("decoded %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestRecordWithLeavesTheOldListAlone(t *testing.T) {
	r := record{names: slices.Grow([]string{"a"}, 8)}
	one, two := r.with("b"), r.with("c", "a")
	if !slices.Equal(one.names, []string{"a", "b"}) || !slices.Equal(two.names, []string{"a", "c"}) {
		t.Errorf("lists %q and %q", one.names, two.names)
	}
}

func TestMalformedRecordsAreRefused(t *testing.T) {
	head := record{}.encode()
	for name, data := range map[string][]byte{
		"empty":        nil,
		"cut head":     head[:len(head)-1],
		"a variable":   append([]byte{byte(kindValue)}, head[1:]...),
		"cut name":     append(bytes.Clone(head), 3, 'a', 'b'),
		"empty name":   append(bytes.Clone(head), 0),
		"long name":    append(append(bytes.Clone(head), maxNameLength+1), make([]byte, maxNameLength+1)...),
		"listed twice": append(bytes.Clone(head), 1, 'a', 1, 'a'),
		"line end":     append(bytes.Clone(head), 3, 'a', '\r', '\n'),
		"many names":   record{names: manyNames(maxNames + 1)}.encode(),
	} {
		if r, err := decodeRecord(data, newNameList([]string{"token", "cart"})); err == nil {
			t.Errorf("%s: decoded %+v", name, r)
		}
	}
}

func TestRecordOfAsManyNamesAsThereCanBeIsDecoded(t *testing.T) {
	r, err := decodeRecord(record{names: manyNames(maxNames)}.encode(), newNameList([]string{"token"}))
	if err != nil || len(r.names) != maxNames {
		t.Errorf("%d names, %v", len(r.names), err)
	}
}

func manyNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("name_%d", i)
	}
	return names
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(record{created: 1, seen: 2, names: []string{"token", "cart"}}.encode())
	f.Add(record{ended: true}.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := decodeRecord(data, newNameList([]string{"token", "cart"})); err == nil && !bytes.Equal(r.encode(), data) {
			t.Errorf("%x decodes to %+v, which encodes to %x", data, r, r.encode())
		}
	})
}

// What the secret opens under the record's key was written by this package, by
// another version of it, or by a visitor who can write to the cache.
func TestRecordThatOpensButIsNoneIsLostWithACause(t *testing.T) {
	var events []Event
	store := NewMemory()
	m, err := NewManager(Config{Store: store, Logger: silent, OnEvent: func(_ context.Context, e Event) { events = append(events, e) }}, visitorSchema())
	if err != nil {
		t.Fatal(err)
	}
	token := newToken()
	v := m.engine.vault(token)
	if err := store.Add(t.Context(), []Item{v.item(v.key, "\x05nonsense", 0, time.Now().Add(time.Hour))})[0]; err != nil {
		t.Fatal(err)
	}
	s, err := m.Open(t.Context(), token.String())
	if err != nil || !s.session.IsNew() {
		t.Errorf("new %v, %v", s.session.IsNew(), err)
	}
	if len(events) != 1 || events[0].Kind != EventLost || events[0].Err == nil || events[0].ID != token.id {
		t.Errorf("events %v", events)
	}
}
