package sealed_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestRecordRoundTrips(t *testing.T) {
	at := sealed.MomentOf(time.UnixMilli(1_900_000_000_123))
	usual := sealed.NewNameList([]string{"token", "user_id"})
	for _, want := range []sealed.Record{
		{Created: at, Seen: at},
		{Created: at, Seen: at + 3_600_000, Names: []string{"token"}},
		{Created: at, Seen: at, Names: []string{"token", "user_id"}},
		{Created: at, Seen: at, Names: []string{"user_id", "token", "cart"}},
		{Ended: true, Created: at, Seen: at, Names: []string{"a", strings.Repeat("z", sealed.MaxNameLength), "user_id"}},
	} {
		got, err := sealed.DecodeRecord(want.Encode(), usual)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("decoded %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestRecordWithLeavesTheOldListAlone(t *testing.T) {
	r := sealed.Record{Names: slices.Grow([]string{"a"}, 8)}
	one, two := r.With("b"), r.With("c", "a")
	if !slices.Equal(one.Names, []string{"a", "b"}) || !slices.Equal(two.Names, []string{"a", "c"}) {
		t.Errorf("lists %q and %q", one.Names, two.Names)
	}
}

// valueKind is the first byte of a variable, see [sealed.Body].
const valueKind = 1

func TestMalformedRecordsAreRefused(t *testing.T) {
	head := sealed.Record{}.Encode()
	for name, data := range map[string][]byte{
		"empty":        nil,
		"cut head":     head[:len(head)-1],
		"a variable":   append([]byte{valueKind}, head[1:]...),
		"cut name":     append(bytes.Clone(head), 3, 'a', 'b'),
		"empty name":   append(bytes.Clone(head), 0),
		"long name":    append(append(bytes.Clone(head), sealed.MaxNameLength+1), make([]byte, sealed.MaxNameLength+1)...),
		"listed twice": append(bytes.Clone(head), 1, 'a', 1, 'a'),
		"line end":     append(bytes.Clone(head), 3, 'a', '\r', '\n'),
		"many names":   sealed.Record{Names: manyNames(sealed.MaxNames + 1)}.Encode(),
	} {
		if r, err := sealed.DecodeRecord(data, sealed.NewNameList([]string{"token", "cart"})); err == nil {
			t.Errorf("%s: decoded %+v", name, r)
		}
	}
}

func TestRecordOfAsManyNamesAsThereCanBeIsDecoded(t *testing.T) {
	r, err := sealed.DecodeRecord(sealed.Record{Names: manyNames(sealed.MaxNames)}.Encode(), sealed.NewNameList([]string{"token"}))
	if err != nil || len(r.Names) != sealed.MaxNames {
		t.Errorf("%d names, %v", len(r.Names), err)
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
	f.Add(sealed.Record{Created: 1, Seen: 2, Names: []string{"token", "cart"}}.Encode())
	f.Add(sealed.Record{Ended: true}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := sealed.DecodeRecord(data, sealed.NewNameList([]string{"token", "cart"})); err == nil && !bytes.Equal(r.Encode(), data) {
			t.Errorf("%x decodes to %+v, which encodes to %x", data, r, r.Encode())
		}
	})
}
