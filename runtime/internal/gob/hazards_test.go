package gob_test

import (
	stdgob "encoding/gob"
	"math/big"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

func TestNilElementIsAnErrorAndNoPanic(t *testing.T) {
	refuses(t, gob.Of[[]*int](), []*int{new(int), nil})
	refuses(t, gob.Of[[2]*tree](), [2]*tree{})
	refuses(t, gob.Of[map[string]*int](), map[string]*int{"a": nil})
	refuses(t, gob.Of[map[*int]string](), map[*int]string{nil: "a"})
	refuses(t, gob.Of[[]**int](), []**int{new(*int)})
	refuses(t, gob.Of[struct{ P []*int }](), struct{ P []*int }{[]*int{nil}})
	// Methods with a value receiver panic for a nil pointer. The methods of
	// big.Int take a nil pointer for zero.
	refuses(t, gob.Of[[]*time.Time](), []*time.Time{nil})
	refuses(t, gob.Of[map[int]*time.Time](), map[int]*time.Time{0: nil})
	refuses(t, gob.Of[[]*big.Int](), []*big.Int{nil})
	refuses(t, gob.Of[**big.Int](), new(*big.Int))
	refuses(t, gob.Of[*time.Time](), nil)
	refuses(t, gob.Of[any](), any(struct{ F func() }{}))
	refuses(t, gob.Of[func()](), func() {})
}

func refuses[T any](t *testing.T, codec gob.Codec[T], value T) {
	t.Helper()
	if data, err := codec.Append([]byte("head"), &value); err == nil || data != nil {
		t.Errorf("%T: %x, %v", value, data, err)
	}
}

func TestValueThatIsPartOfItselfIsAnError(t *testing.T) {
	ring := &chain{Value: 1}
	ring.Next = ring
	refuses(t, gob.Of[*chain](), ring)
	slice := make(named, 1)
	slice[0] = slice
	refuses(t, gob.Of[named](), slice)
	loop := indexMap{}
	loop["a"] = &loop
	refuses(t, gob.Of[indexMap](), loop)
}

func TestDeepValuesComeBackUpToALimit(t *testing.T) {
	list := func(n int) (c *chain) {
		for range n {
			c = &chain{c, 1}
		}
		return c
	}
	codec := gob.Of[*chain]()
	deep := list(gob.MaxDepth)
	data, err := codec.Append(nil, &deep)
	if err != nil {
		t.Fatal(err)
	}
	var got *chain
	if err := codec.Decode(string(data), &got); err != nil || !reflect.DeepEqual(got, deep) {
		t.Errorf("error %v", err)
	}
	deep = list(gob.MaxDepth + 2)
	refuses(t, codec, deep)
	if data, err = gob.AppendFresh(nil, reflect.ValueOf(&deep)); err != nil {
		t.Fatal(err)
	}
	if err := codec.Decode(string(data), &got); err == nil {
		t.Error("what encoding/gob writes deeper is read")
	}
}

func TestDepthCountsOnWithinWhatIsSkipped(t *testing.T) {
	type link struct {
		Next *link
		Gone named
	}
	half := func(n int) *link {
		l := &link{}
		for range n {
			l.Gone = named{l.Gone}
		}
		for range n {
			l = &link{Next: l}
		}
		return l
	}
	for n, reads := range map[int]bool{gob.MaxDepth/2 - 1: true, gob.MaxDepth/2 + 1: false} {
		data, err := gob.AppendFresh(nil, reflect.ValueOf(half(n)))
		if err != nil {
			t.Fatal(err)
		}
		var got chain
		if err := gob.Of[chain]().Decode(string(data), &got); (err == nil) != reads {
			t.Errorf("%d and as many: %v", n, err)
		}
	}
}

func TestPointerToZeroWithinAStructComesBackNil(t *testing.T) {
	value := struct {
		N *int
		T *time.Time
	}{new(int), new(time.Time)}
	got := roundTrip(t, gob.Of[struct {
		N *int
		T *time.Time
	}](), value)
	if got.N != nil || got.T == nil {
		t.Errorf("read %+v", got)
	}
}

func TestNilMapComesBackEmptyAndEmptySliceNil(t *testing.T) {
	if m := roundTrip(t, gob.Of[map[string]int](), nil); m == nil || len(m) != 0 {
		t.Errorf("map %v", m)
	}
	if s := roundTrip(t, gob.Of[[]int](), []int{}); s != nil {
		t.Errorf("slice %v", s)
	}
	if b := roundTrip(t, gob.Bytes[[]byte](), []byte{}); b != nil {
		t.Errorf("bytes %v", b)
	}
}

func roundTrip[T any](t *testing.T, codec gob.Codec[T], value T) (got T) {
	t.Helper()
	data, err := codec.Append(nil, &value)
	if err != nil {
		t.Fatal(err)
	}
	if err := codec.Decode(string(data), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// Values of such types describe further types where they stand.
func TestTypesThatHoldInterfacesAreLeftToEncodingGob(t *testing.T) {
	type shelf struct{ Things []any }
	stdgob.Register(tree{})
	codec := gob.Of[shelf]()
	if !gob.IsLeft(reflect.TypeFor[shelf]()) {
		t.Error("it is not")
	}
	want := shelf{[]any{1, "two", tree{Name: "three"}}}
	for range 2 {
		if got := roundTrip(t, codec, want); !reflect.DeepEqual(got, want) {
			t.Errorf("read %v", got)
		}
	}
	type carrier struct{ big.Float } // holds an interface in nothing it sends
	if gob.IsLeft(reflect.TypeFor[carrier]()) {
		t.Error("a type that marshals itself is left to encoding/gob")
	}
}

func TestBytesBehindAValueWithinItsMessageAreRefused(t *testing.T) {
	grow := func(data []byte, messages int) []byte {
		at := 0
		for range messages {
			at += 1 + int(data[at])
		}
		data[at]++
		return append(data, 0)
	}
	text := "text"
	data, _ := gob.String[string]().Append(nil, &text)
	if err := gob.String[string]().Decode(string(grow(data, 0)), &text); err == nil {
		t.Error("behind a string a byte is accepted")
	}
	list := []int{1, 2}
	data, _ = gob.Of[[]int]().Append(nil, &list)
	if err := gob.Of[[]int]().Decode(string(grow(data, 1)), &list); err == nil {
		t.Error("behind a slice a byte is accepted")
	}
}

func TestFailedDecodeLeavesNothingForTheNextOne(t *testing.T) {
	codec := gob.Of[[]pair[string, int]]()
	want := []pair[string, int]{{"a", 1}, {"b", 2}}
	data, err := codec.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		var got []pair[string, int]
		if err := codec.Decode(string(data[:n]), &got); err == nil {
			t.Fatalf("%d bytes of %d are accepted", n, len(data))
		}
		if err := codec.Decode(string(data), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("after a failure it reads %v, %v", got, err)
		}
	}
}

func (bothPairs) GobEncode() ([]byte, error)    { return []byte("gob"), nil }
func (halfPair) MarshalBinary() ([]byte, error) { return []byte("x"), nil }

func TestCodecsServeManyGoroutines(t *testing.T) {
	want := someEverything()
	want.Chan = nil
	codec := gob.Of[everything]()
	first := roundTrip(t, codec, want)
	id, now := uuid.New(), time.Unix(1, 2).UTC()
	ids, times := gob.Binary[uuid.UUID](), gob.Time()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				if got := roundTrip(t, codec, want); !reflect.DeepEqual(got, first) {
					t.Errorf("read %+v", got)
				}
				if roundTrip(t, ids, id) != id || roundTrip(t, times, now) != now {
					t.Error("id or time differs")
				}
			}
		})
	}
	group.Wait()
}

func mustAppend[T any](t *testing.T, codec gob.Codec[T], v T) []byte {
	t.Helper()
	data, err := codec.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (panicking) MarshalBinary() ([]byte, error)     { panic("marshal") }
func (*panicking) UnmarshalBinary(data []byte) error { panic("unmarshal") }

func (peaceful) MarshalBinary() ([]byte, error)     { return []byte("x"), nil }
func (*peaceful) UnmarshalBinary(data []byte) error { return nil }
