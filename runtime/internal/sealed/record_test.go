package sealed_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

func TestRecordRoundTrips(t *testing.T) {
	at := sealed.MomentOf(time.UnixMilli(1_900_000_000_123))
	for _, declared := range [][]string{{"token", "user_id"}, {"user_id", "token", "cart"}, {}, manyNames(200)} {
		of := sealed.NewDeclared(declared)
		for _, listed := range [][]string{
			nil,
			declared,
			{"token"},
			{"token", "user_id"},
			{"user_id", "token", "cart"},
			{"a", strings.Repeat("z", sealed.MaxNameLength), "user_id"},
			{"name_7", "name_63", "name_64", "name_65", "name_199", "name_200"},
		} {
			for _, want := range []sealed.Record{
				{Created: at, Seen: at, Listed: list(of, listed)},
				{Ended: true, Created: at, Seen: at + 3_600_000, Listed: list(of, listed)},
				{Created: at, Seen: at, Life: sealed.Life{Remembered: true}, Listed: list(of, listed)},
				{Created: at, Seen: at, Life: sealed.Life{Lifetime: 30 * 24 * time.Hour, Remembered: true}, Listed: list(of, listed)},
				{Created: at, Seen: at, Life: sealed.Life{Lifetime: time.Millisecond}, Listed: list(of, listed)},
			} {
				got, err := sealed.DecodeRecord(want.Encode(), of)
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%q of %q: decoded %+v, %v; want %+v", listed, declared, got, err, want)
				}
				if names := got.Listed.Names(); !sameNames(names, listed) || got.Listed.Len() != len(listed) {
					t.Errorf("%q of %q: lists %q", listed, declared, names)
				}
			}
		}
	}
}

// list returns the list of these names, of which some may not be declared.
func list(of *sealed.Declared, names []string) sealed.Listed {
	l := of.None()
	for _, name := range names {
		l = l.WithName(name)
	}
	return l
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Builds may declare a variable that others don't know, and in another order.
func TestListIsTheSameForEveryBuildAndInWhateverOrderItWasMade(t *testing.T) {
	names := manyNames(100)
	for range 100 {
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		listed := slices.Clone(names[:rand.IntN(len(names))])
		one := sealed.NewDeclared(slices.Clone(names[rand.IntN(len(names)):]))
		text := sealed.Record{Listed: list(one, listed)}.Encode()
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		other := sealed.NewDeclared(slices.Clone(names[rand.IntN(len(names)):]))
		r, err := sealed.DecodeRecord(text, other)
		if err != nil || !sameNames(r.Listed.Names(), listed) {
			t.Fatalf("%q is read as %q, %v", listed, r.Listed.Names(), err)
		}
		for _, name := range names {
			if r.Listed.HasName(name) != slices.Contains(listed, name) {
				t.Errorf("lists %q: %t", name, r.Listed.HasName(name))
			}
			if place := other.Place(name); place >= 0 && r.Listed.Has(place) != slices.Contains(listed, name) {
				t.Errorf("lists %q at its place: %t", name, r.Listed.Has(place))
			}
		}
		rand.Shuffle(len(listed), func(i, j int) { listed[i], listed[j] = listed[j], listed[i] })
		r.Listed = list(other, listed)
		if again := r.Encode(); !bytes.Equal(again, text) {
			t.Errorf("%q is written as %q and as %q", listed, text, again)
		}
	}
}

func TestListWithAnotherLeavesTheOldListAlone(t *testing.T) {
	of := sealed.NewDeclared(manyNames(200))
	for _, name := range []string{"name_3", "name_70", "name_190", "other"} {
		base := list(of, []string{"name_1", "name_80", "another"})
		one, two := base.WithName(name), base.WithName("name_81").WithName("last")
		for _, c := range []struct {
			l    sealed.Listed
			want []string
		}{
			{base, []string{"name_1", "name_80", "another"}},
			{one, []string{"name_1", "name_80", "another", name}},
			{two, []string{"name_1", "name_80", "another", "name_81", "last"}},
		} {
			if got := c.l.Names(); !sameNames(got, c.want) {
				t.Errorf("with %s: lists %q, want %q", name, got, c.want)
			}
		}
	}
}

func TestListWithAllDeclaredKeepsTheOthers(t *testing.T) {
	for _, n := range []int{0, 3, 200} {
		declared := manyNames(n)
		of := sealed.NewDeclared(declared)
		for _, others := range [][]string{nil, {"another", "other"}} {
			l := list(of, others)
			if got := l.WithDeclared().Names(); !sameNames(got, append(slices.Clone(declared), others...)) {
				t.Errorf("%d declared, and %q: lists %q", n, others, got)
			}
			if got := l.Names(); !sameNames(got, others) {
				t.Errorf("%d declared: the old list is %q", n, got)
			}
			if got := of.None().WithDeclared().Len(); got != n {
				t.Errorf("%d declared: %d are listed", n, got)
			}
		}
	}
}

// Real sessions have some of their variables set.
func TestSomeOfTheVariablesAreDecodedWithoutAllocation(t *testing.T) {
	of := sealed.NewDeclared(manyNames(64))
	for _, n := range []int{0, 1, 12, 63, 64} {
		text := sealed.Record{Listed: list(of, manyNames(n))}.Encode()
		if allocs := testing.AllocsPerRun(100, func() {
			if r, err := sealed.DecodeRecord(text, of); err != nil || r.Listed.Len() != n {
				t.Fatal(r.Listed.Names(), err)
			}
		}); allocs != 0 {
			t.Errorf("%d of 64: %v allocations", n, allocs)
		}
	}
}

// valueKind is the first byte of a variable, see [sealed.Body].
const valueKind = 1

func TestMalformedRecordsAreRefused(t *testing.T) {
	of := sealed.NewDeclared([]string{"token", "cart"})
	head := sealed.Record{Listed: of.None()}.Encode()
	for name, data := range map[string][]byte{
		"empty":                                  nil,
		"cut head":                               head[:len(head)-1],
		"a variable":                             append([]byte{valueKind}, head[1:]...),
		"cut name":                               append(bytes.Clone(head), 3, 'a', 'b'),
		"unknown flag":                           append(bytes.Clone(head[:len(head)-1]), 4),
		"flag of a lifetime, and none":           append(bytes.Clone(head[:len(head)-1]), 1),
		"lifetime of zero":                       append(append(bytes.Clone(head[:len(head)-1]), 1), make([]byte, 8)...),
		"lifetime past all bounds":               append(append(bytes.Clone(head[:len(head)-1]), 1), bytes.Repeat([]byte{0xff}, 8)...),
		"empty name":                             append(bytes.Clone(head), 0),
		"long name":                              append(append(bytes.Clone(head), sealed.MaxNameLength+1), make([]byte, sealed.MaxNameLength+1)...),
		"listed twice":                           append(bytes.Clone(head), 1, 'a', 1, 'a'),
		"line end":                               append(bytes.Clone(head), 3, 'a', '\r', '\n'),
		"declared one listed twice":              append(bytes.Clone(head), "\x04cart\x04cart"...),
		"declared ones out of order":             append(bytes.Clone(head), "\x05token\x04cart"...),
		"others out of order":                    append(bytes.Clone(head), "\x01b\x01a"...),
		"other before declared one out of order": append(bytes.Clone(head), "\x04zart\x04cart"...),
		"declared one before other out of order": append(bytes.Clone(head), "\x04cart\x04aart"...),
		"many names":                             sealed.Record{Listed: list(of, manyNames(sealed.MaxNames+1))}.Encode(),
	} {
		if r, err := sealed.DecodeRecord(data, of); err == nil {
			t.Errorf("%s: decoded %+v", name, r)
		}
	}
}

func TestRecordOfAsManyNamesAsThereCanBeIsDecoded(t *testing.T) {
	of := sealed.NewDeclared([]string{"name_17", "token"})
	r, err := sealed.DecodeRecord(sealed.Record{Listed: list(of, manyNames(sealed.MaxNames))}.Encode(), of)
	if err != nil || r.Listed.Len() != sealed.MaxNames {
		t.Errorf("%d names, %v", r.Listed.Len(), err)
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
	of := sealed.NewDeclared([]string{"token", "cart"})
	f.Add(sealed.Record{Created: 1, Seen: 2, Listed: list(of, []string{"token", "cart"})}.Encode())
	f.Add(sealed.Record{Listed: list(of, []string{"cart", "other", "a"})}.Encode())
	f.Add(sealed.Record{Ended: true, Listed: of.None()}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := sealed.DecodeRecord(data, of); err == nil && !bytes.Equal(r.Encode(), data) {
			t.Errorf("%x decodes to %+v, which encodes to %x", data, r, r.Encode())
		}
	})
}
