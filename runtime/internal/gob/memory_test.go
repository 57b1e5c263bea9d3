package gob_test

import (
	"bytes"
	"math"
	"reflect"
	goruntime "runtime"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

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

// needless returns the description of a type that no value has. A stream that
// begins with it counts as the stream of another build.
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

// allocates checks that decoding takes that many allocations, and encoding at
// most one if there is room.
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
