package gob_test

import (
	"bytes"
	stdgob "encoding/gob"
	"errors"
	"math"
	"math/big"
	"reflect"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

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
	// The methods of the value panic for a nil pointer, those of big.Int make
	// a zero of it.
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

func TestPointerToAPointerThatMarshalsItself(t *testing.T) {
	n := big.NewInt(42)
	p := &n
	for _, codec := range []gob.Codec[**big.Int]{gob.Of[**big.Int]()} {
		data, err := codec.Append(nil, &p)
		if err != nil {
			t.Fatal(err)
		}
		var got **big.Int
		if err := codec.Decode(string(data), &got); err != nil || (*got).Int64() != 42 {
			t.Errorf("read %v, %v", got, err)
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

func TestCountsBeyondTheDataReserveNothing(t *testing.T) {
	huge := gob.AppendUint(nil, math.MaxUint64>>1)
	tooMuch := gob.AppendUint(nil, 1<<33)
	for _, count := range [][]byte{huge, tooMuch, {100}} {
		isRefusedCheaply[map[string]int](t, count)
		isRefusedCheaply[map[[1000]int]string](t, count)
		isRefusedCheaply[[]int](t, count)
		isRefusedCheaply[[][]int](t, count)
		isRefusedCheaply[string](t, count)
		isRefusedCheaply[[]byte](t, count)
		isRefusedCheaply[time.Time](t, count)
	}
}

// isRefusedCheaply decodes a T whose value begins, and soon ends, with a count.
func isRefusedCheaply[T any](t *testing.T, count []byte) {
	t.Helper()
	data, at := gob.Begin(reflect.TypeFor[T]())
	data = gob.EndMessage(append(append(data, count...), 1, 1), at)
	foreign := append(needless(), data...)
	codec := gob.Of[T]()
	reserved := allocated(func() {
		for _, data := range [][]byte{data, foreign} {
			var got T
			if err := codec.Decode(string(data), &got); err == nil {
				t.Errorf("%T: a count of %x is accepted", got, count)
			}
		}
	})
	if reserved > 4*gob.Reserve {
		t.Errorf("%T: a count of %x costs %d bytes", *new(T), count, reserved)
	}
}

// allocated returns how many bytes f, and what runs beside it, allocates.
func allocated(f func()) uint64 {
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	f()
	goruntime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// needless returns the description of a type that no value has, which makes a
// stream in front of which it stands one of another build.
func needless() []byte {
	return gob.Description(200, gob.WireType{BinaryMarshalerT: &gob.WireMarshaler{}})
}

func TestNeedlessDescriptionOfATypeHarmsNothing(t *testing.T) {
	codec, want := gob.Of[map[string]int](), map[string]int{"a": 1}
	data, err := codec.Append(needless(), &want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]int
	if err := codec.Decode(string(data), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, %v", got, err)
	}
}

func TestLargeElementsAreReservedAsTheyArrive(t *testing.T) {
	type large [1 << 16]byte
	data, at := gob.Begin(reflect.TypeFor[[]large]())
	data = append(gob.AppendUint(data, 1000), bytes.Repeat([]byte{1}, 1000)...)
	data = gob.EndMessage(data, at)
	var got []large
	reserved := allocated(func() {
		if err := gob.Of[[]large]().Decode(string(data), &got); err == nil {
			t.Error("accepted")
		}
	})
	if reserved > 4*gob.Reserve {
		t.Errorf("%d bytes are reserved", reserved)
	}
}

// keeper keeps what it is given to decode, as encoding/gob lets it.
type keeper struct{ kept []byte }

func (k keeper) GobEncode() ([]byte, error)   { return k.kept, nil }
func (k *keeper) GobDecode(data []byte) error { k.kept = data; return nil }

func TestDecodeDoesNotKeepTheData(t *testing.T) {
	type letterBox struct {
		Text   string
		Bytes  []byte
		Keeper keeper
	}
	want := letterBox{"text", []byte("bytes"), keeper{[]byte("kept")}}
	codec := gob.Of[letterBox]()
	data, err := codec.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	var got letterBox
	if err := codec.Decode(string(data), &got); err != nil {
		t.Fatal(err)
	}
	clear(data)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it became %q", got)
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

// halfway fails to decode after it has set something.
type halfway struct{ Name string }

func (h halfway) MarshalBinary() ([]byte, error) {
	if h.Name == "" {
		return nil, errors.New("no name")
	}
	return []byte(h.Name), nil
}

func (h *halfway) UnmarshalBinary(data []byte) error {
	h.Name = string(data)
	if h.Name == "bad" {
		return errors.New("bad name")
	}
	return nil
}

func TestErrorOfATypeThatMarshalsItselfIsReturned(t *testing.T) {
	for _, codec := range []gob.Codec[halfway]{gob.Of[halfway](), gob.Binary[halfway]()} {
		refuses(t, codec, halfway{})
		bad := halfway{"bad"}
		data, err := codec.Append(nil, &bad)
		if err != nil {
			t.Fatal(err)
		}
		var got halfway
		if err := codec.Decode(string(data), &got); err == nil || !strings.Contains(err.Error(), "bad name") {
			t.Errorf("error %v", err)
		}
	}
}

// bothPairs has both pairs of methods. gob prefers GobEncode.
type bothPairs struct{ halfway }

func (bothPairs) GobEncode() ([]byte, error)  { return []byte("gob"), nil }
func (b *bothPairs) GobDecode(d []byte) error { b.Name = string(d); return nil }

// halfPair can't be decoded as it is encoded.
type halfPair int

func (halfPair) MarshalBinary() ([]byte, error) { return []byte("x"), nil }

// ownInt is an int that marshals itself.
type ownInt int

func (o ownInt) GobEncode() ([]byte, error)   { return []byte{byte(o)}, nil }
func (o *ownInt) GobDecode(data []byte) error { *o = ownInt(data[0]); return nil }

func TestCodecsOfKindsLeaveTypesThatMarshalThemselvesToTheirMethods(t *testing.T) {
	for _, codec := range []any{gob.Int[ownInt](), gob.Int[halfPair](), gob.Binary[bothPairs]()} {
		if name := reflect.TypeOf(codec).Name(); !strings.HasPrefix(name, "streamCodec[") {
			t.Errorf("the codec is %s", name)
		}
	}
	if got := roundTrip(t, gob.Binary[bothPairs](), bothPairs{}); got.Name != "gob" {
		t.Errorf("read %q", got.Name)
	}
	if got := roundTrip(t, gob.Int[ownInt](), 200); got != 200 {
		t.Errorf("read %d", got)
	}
}

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

func TestCodecKeepsNoMemoryOfALargeValue(t *testing.T) {
	const size = 16 << 20
	inUse := func() uint64 {
		var m goruntime.MemStats
		goruntime.GC()
		goruntime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	codec := gob.Of[[]string]()
	before := inUse()
	roundTrip(t, codec, []string{strings.Repeat("x", size)})
	if after := inUse(); after > before+size/2 {
		t.Errorf("%d bytes are in use, %d before", after, before)
	}
	goruntime.KeepAlive(codec)
}

func TestCodecsAllocateOnlyWhatTheValueNeeds(t *testing.T) {
	allocates(t, gob.Bool[bool](), true, 0)
	allocates(t, gob.Int[int64](), -1<<40, 0)
	allocates(t, gob.Uint[uint64](), 1<<40, 0)
	allocates(t, gob.Float[float64](), 1.0/3, 0)
	allocates(t, gob.Complex[complex128](), 1.0/3, 0)
	allocates(t, gob.String[string](), "not very long", 0)
	allocates(t, gob.Bytes[[]byte](), make([]byte, 300), 1)
	allocates(t, gob.Time(), time.Unix(1, 1).UTC(), 0)
	allocates(t, gob.Binary[uuid.UUID](), uuid.New(), 0)
	allocates(t, gob.Of[int](), 7, 0)
	allocates(t, gob.Of[pair[string, int]](), pair[string, int]{"key", 7}, 0)
	allocates(t, gob.Of[[]pair[int, bool]](), make([]pair[int, bool], 20), 1)
}

// allocates checks that to decode takes so many allocations, and to encode one
// at the most if there is room.
func allocates[T any](t *testing.T, codec gob.Codec[T], value T, decode float64) {
	t.Helper()
	dst := make([]byte, 0, 1<<10)
	data, err := codec.Append(nil, &value)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { codec.Append(dst, &value) }); n > 1 {
		t.Errorf("to encode a %T takes %v allocations", value, n)
	}
	var got T
	text := string(data)
	if n := testing.AllocsPerRun(100, func() { codec.Decode(text, &got) }); n > decode {
		t.Errorf("to decode a %T takes %v allocations", value, n)
	}
}

// inPlace is a type that unmarshals in place, and keeps what it got.
type inPlace struct{ text []byte }

func (p inPlace) MarshalBinary() ([]byte, error) { return flipCase(bytes.Clone(p.text)), nil }

func (p *inPlace) UnmarshalBinary(data []byte) error {
	p.text = flipCase(data)
	return nil
}

func flipCase(text []byte) []byte {
	for i := range text {
		text[i] ^= 0x20
	}
	return text
}

func mustAppend[T any](t *testing.T, codec gob.Codec[T], v T) []byte {
	t.Helper()
	data, err := codec.Append(nil, &v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTypeThatUnmarshalsInPlaceLeavesTheDataAlone(t *testing.T) {
	type holder struct{ P inPlace }
	data := mustAppend(t, gob.Binary[inPlace](), inPlace{[]byte("Text")})
	within := mustAppend(t, gob.Of[holder](), holder{inPlace{[]byte("Text")}})
	for range 2 {
		var p inPlace
		var h holder
		if err := errors.Join(gob.Binary[inPlace]().Decode(string(data), &p), gob.Of[holder]().Decode(string(within), &h)); err != nil {
			t.Fatal(err)
		}
		if string(p.text) != "Text" || string(h.P.text) != "Text" {
			t.Errorf("decoded %q and %q", p.text, h.P.text)
		}
	}
}

type panicking struct{ X int }

func (panicking) MarshalBinary() ([]byte, error)     { panic("marshal") }
func (*panicking) UnmarshalBinary(data []byte) error { panic("unmarshal") }

type peaceful struct{ X int }

func (peaceful) MarshalBinary() ([]byte, error)     { return []byte("x"), nil }
func (*peaceful) UnmarshalBinary(data []byte) error { return nil }

func TestPanicOfATypesOwnMethodIsAnError(t *testing.T) {
	type plain struct{ P panicking }
	type withInterface struct {
		P panicking
		A any
	}
	_, binary := gob.Binary[panicking]().Append(nil, new(panicking))
	_, own := gob.Of[plain]().Append(nil, &plain{panicking{1}})
	_, fresh := gob.Of[withInterface]().Append(nil, &withInterface{P: panicking{1}})
	for codec, err := range map[string]error{"binary": binary, "own": own, "fresh": fresh} {
		if err == nil {
			t.Errorf("%s: no error", codec)
		}
	}
	type still struct{ P peaceful }
	if gob.Binary[panicking]().Decode(string(mustAppend(t, gob.Binary[peaceful](), peaceful{})), new(panicking)) == nil {
		t.Error("binary: a panic decodes")
	}
	if gob.Of[plain]().Decode(string(mustAppend(t, gob.Of[still](), still{peaceful{1}})), new(plain)) == nil {
		t.Error("own: a panic decodes")
	}
}

func TestStringOfALargeValueKeepsLittleMoreThanItselfInMemory(t *testing.T) {
	type document struct{ Title, Body string }
	data := string(mustAppend(t, gob.Of[document](), document{"title", strings.Repeat("b", 2*gob.MaxShared)}))
	var got document
	if err := gob.Of[document]().Decode(data, &got); err != nil || got.Title != "title" {
		t.Fatal(got, err)
	}
	start := unsafe.StringData(data)
	if within(unsafe.StringData(got.Title), start, len(data)) || !within(unsafe.StringData(got.Body), start, len(data)) {
		t.Error("the title is a part of the whole, or the body a copy")
	}
}

func within(p, start *byte, n int) bool {
	at := uintptr(unsafe.Pointer(p)) - uintptr(unsafe.Pointer(start))
	return at < uintptr(n)
}
