package gob_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// The tests compare what the codecs do with what encoding/gob does, by way of
// gob.AppendFresh and gob.DecodeFresh.

// differ compares both for the value that at points to, in both directions.
func differ(t *testing.T, at reflect.Value) {
	t.Helper()
	typ := at.Type().Elem()
	if gob.IsLeft(typ) {
		t.Fatalf("%v is left to encoding/gob", typ)
	}
	ours, err := gob.AppendValue([]byte("head"), at)
	theirs, errTheirs := gob.AppendFresh(nil, at)
	if (err == nil) != (errTheirs == nil) {
		t.Fatalf("%v: error %v, of encoding/gob %v", typ, err, errTheirs)
	}
	if err != nil {
		return
	}
	ours = ours[len("head"):]
	if got, want := outline(t, ours), outline(t, theirs); got != want {
		t.Errorf("the stream of %v tells of\n%s\nthat of encoding/gob of\n%s", typ, got, want)
	}
	if got, want := valueOf(t, ours), valueOf(t, theirs); !holdsMap(typ, nil) && !bytes.Equal(got, want) {
		t.Errorf("value of %v: %x, of encoding/gob %x", typ, got, want)
	}
	for name, data := range map[string][]byte{"our": ours, "encoding/gob's": theirs} {
		got, want := reflect.New(typ), reflect.New(typ)
		err, errTheirs := gob.DecodeValue(string(data), got), gob.DecodeFresh(string(data), want)
		if err != nil || errTheirs != nil {
			t.Fatalf("%s %v: error %v, of encoding/gob %v", name, typ, err, errTheirs)
		}
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("of %s %v it reads %+v, encoding/gob %+v", name, typ, got.Elem(), want.Elem())
		}
	}
	if !gob.IsOwn(string(ours), typ) {
		t.Errorf("the stream of %v is not recognised", typ)
	}
	if gob.DecodeValue(string(ours)+"\x00", reflect.New(typ)) == nil {
		t.Errorf("a byte behind a %v is accepted", typ)
	}
	for n := 0; n < len(ours); n += 1 + len(ours)/50 {
		if gob.DecodeValue(string(ours[:n]), reflect.New(typ)) == nil {
			t.Errorf("of %d bytes of a %v %d are accepted", len(ours), typ, n)
		}
	}
}

// valueOf returns the last message of a stream without the id.
func valueOf(t *testing.T, data []byte) []byte {
	t.Helper()
	_, _, value, err := gob.Split(data)
	if err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	return []byte(value)
}

// outline returns what a stream tells of the type of its value, without the ids
// and names of types. With encoding/gob both depend on which types the process
// has met before.
func outline(t *testing.T, data []byte) string {
	t.Helper()
	types, id, _, err := gob.Split(data)
	if err != nil {
		t.Fatalf("%x: %v", data, err)
	}
	var b strings.Builder
	met := map[int64]int{}
	var write func(id int64)
	write = func(id int64) {
		n, again := met[id]
		w, known := types[id]
		switch {
		case again:
			fmt.Fprintf(&b, "#%d", n)
			return
		case !known:
			fmt.Fprintf(&b, "basic %d", id)
			return
		}
		met[id] = len(met)
		switch {
		case w.ArrayT != nil:
			fmt.Fprintf(&b, "[%d]", w.ArrayT.Len)
			write(int64(w.ArrayT.Elem))
		case w.SliceT != nil:
			b.WriteString("[]")
			write(int64(w.SliceT.Elem))
		case w.MapT != nil:
			b.WriteString("map[")
			write(int64(w.MapT.Key))
			b.WriteByte(']')
			write(int64(w.MapT.Elem))
		case w.GobEncoderT != nil:
			b.WriteString("GobEncode")
		case w.BinaryMarshalerT != nil:
			b.WriteString("MarshalBinary")
		default:
			b.WriteString("{")
			for _, f := range w.StructT.Fields {
				fmt.Fprintf(&b, " %s ", f.Name)
				write(int64(f.ID))
			}
			b.WriteString(" }")
		}
	}
	write(id)
	return b.String()
}

// holdsMap tells whether the order of what gob writes is up to chance.
func holdsMap(t reflect.Type, met []reflect.Type) bool {
	for _, m := range met {
		if m == t {
			return false
		}
	}
	met = append(met, t)
	switch t.Kind() {
	case reflect.Map:
		return true
	case reflect.Array, reflect.Slice, reflect.Pointer:
		return holdsMap(t.Elem(), met)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsMap(t.Field(i).Type, met) {
				return true
			}
		}
	}
	return false
}

type (
	level    int8
	label    string
	letter   byte
	toggle   bool
	matrix   [2][3]float32
	blob     []byte
	indexMap map[string]*indexMap
	names    []label

	tree struct {
		Name        string
		Left, Right *tree
	}

	base struct{ Inner, Other string }
	Base struct{ Inner, Other string }

	pair[K comparable, V any] struct {
		Key   K
		Value V
	}

	everything struct {
		Bool    toggle
		Int     int
		Level   level
		I16     int16
		Rune    rune
		I64     int64
		Uint    uint
		Letter  letter
		U16     uint16
		U32     uint32
		U64     uint64
		Ptr     uintptr
		F32     float32
		F64     float64
		C64     complex64
		C128    complex128
		Label   label
		Blob    blob
		Array   [3]string
		Matrix  matrix
		Bytes   [4]byte
		Strings []string
		Letters []letter
		Nested  [][]int
		Structs []pair[int, string]
		Map     map[label][]int
		Keys    map[pair[string, int]]bool
		Index   indexMap
		Tree    *tree
		Deep    ***int
		Names   names
		Time    time.Time
		TimeAt  *time.Time
		Times   []time.Time
		ByTime  map[string]time.Time
		Big     big.Int
		BigAt   *big.Int
		BigMap  map[string]*big.Int
		ID      uuid.UUID
		IDs     map[uuid.UUID]uuid.UUID
		Addr    netip.Addr
		URL     url.URL
		URLAt   *url.URL
		Raw     json.RawMessage
		Empty   struct{}
		Base
		*pair[string, bool]
		base
		hidden int
		Chan   chan int
		Func   *func()
		Self   []everything
	}
)

func someEverything() everything {
	one := 1
	p1 := &one
	p2 := &p1
	at := time.Unix(1_700_000_000, 123).UTC()
	return everything{
		Bool: true, Int: -1, Level: math.MinInt8, I16: math.MaxInt16, Rune: 'é', I64: math.MinInt64,
		Uint: 1, Letter: 255, U16: 256, U32: math.MaxUint32, U64: math.MaxUint64, Ptr: 128,
		F32: math.MaxFloat32, F64: math.SmallestNonzeroFloat64, C64: 1i, C128: complex(math.Inf(1), -2),
		Label: "label", Blob: blob{0, 255}, Array: [3]string{"a", "", "c"}, Matrix: matrix{{1}, {0, 2, 0}}, Bytes: [4]byte{1, 0, 200},
		Strings: []string{"", "x"}, Letters: []letter{1, 200}, Nested: [][]int{nil, {}, {1, -2}}, Structs: []pair[int, string]{{}, {1, "a"}},
		Map: map[label][]int{"a": nil, "b": {1}}, Keys: map[pair[string, int]]bool{{"x", 1}: true, {}: false},
		Index: indexMap{"a": &indexMap{"b": &indexMap{}}}, Tree: &tree{Name: "n", Left: &tree{}, Right: &tree{Name: "r"}}, Deep: &p2, Names: names{"n", ""},
		Time: at, TimeAt: &at, Times: []time.Time{{}, at}, ByTime: map[string]time.Time{"": {}, "at": at},
		Big: *big.NewInt(-5), BigAt: new(big.Int), BigMap: map[string]*big.Int{"one": big.NewInt(1)},
		ID: uuid.UUID{1, 2}, IDs: map[uuid.UUID]uuid.UUID{{}: {}, {1}: {2}}, Addr: netip.MustParseAddr("::1"),
		URL: url.URL{Host: "example.org"}, URLAt: &url.URL{}, Raw: json.RawMessage("1"),
		Base: Base{"i", "o"}, base: base{"b", "b"}, hidden: 1, Chan: make(chan int), Self: []everything{{}, {Int: 3}},
	}
}

func TestGobCodecAgreesWithEncodingGob(t *testing.T) {
	one, yes := 1, true
	p := &one
	zero, empty := 0, ""
	at := time.Unix(1_700_000_000, 123).In(time.FixedZone("", 3600))
	for _, v := range []any{
		true, false, 0, 1, -1, math.MaxInt, math.MinInt, int8(math.MinInt8), int16(-300), int32(math.MaxInt32), int64(math.MinInt64),
		uint(0), uint(127), uint(128), uint8(255), uint16(65535), uint32(1 << 31), uint64(math.MaxUint64), uintptr(9),
		0.0, math.Copysign(0, -1), 1.5, math.Inf(-1), math.MaxFloat64, float32(math.SmallestNonzeroFloat32),
		0i, complex(1, -2), complex64(3i), "", "text", strings.Repeat("long ", 1000), level(-1), label("l"), letter(200), toggle(true),
		[]byte(nil), []byte{}, []byte{1}, make([]byte, 126), blob{1}, json.RawMessage("{}"), []letter{1, 2},
		[]int(nil), []int{}, []int{1, -2, 300}, []string{"", "a"}, []bool{true, false}, []float32{0, 1}, names{"a"}, [][]string{nil, {}, {"x"}},
		[0]int{}, [2]int{1}, [16]byte{1, 255}, [2]*int{p, &zero}, matrix{}, [2]tree{{Name: "a"}},
		map[string]int(nil), map[string]int{}, map[string]int{"a": 0, "b": 2}, map[int]map[string]bool{1: nil, 2: {"x": true}}, map[[2]int]*int{{1, 2}: p},
		map[pair[string, int]][]byte{{"k", 1}: nil}, indexMap{"a": nil},
		struct{}{}, base{}, base{"i", ""}, pair[string, int]{}, tree{}, tree{Left: &tree{Right: &tree{Name: "deep"}}}, chain{}, chain{&chain{nil, 2}, 1},
		named{}, named{{}, {{}}}, struct{ P, Q *int }{nil, &zero}, struct{ P **int }{&p}, struct{ S *string }{&empty}, struct{ B *bool }{&yes},
		struct {
			F float64
			C complex64
		}{math.Copysign(0, -1), complex64(complex(math.Copysign(0, -1), 0))},
		p, &p, &tree{Name: "x"}, (*int)(nil), []*tree{{}, {Name: "a"}}, []*tree{nil}, map[string]*tree{"a": nil}, [1]**int{},
		time.Time{}, at, &at, []time.Time{{}, at}, struct{ T time.Time }{}, struct{ T *time.Time }{&time.Time{}}, struct{ T **time.Time }{},
		uuid.UUID{}, uuid.UUID{1}, []uuid.UUID{{}, {1}}, map[uuid.UUID]time.Time{{1}: at}, struct{ ID uuid.UUID }{},
		*big.NewInt(0), *big.NewInt(42), big.NewInt(42), struct{ B big.Int }{}, struct{ B *big.Int }{new(big.Int)}, []big.Int{{}, *big.NewInt(7)}, big.NewRat(1, 3),
		netip.Addr{}, netip.MustParseAddr("1.2.3.4"), struct{ netip.Addr }{}, url.URL{}, url.URL{Host: "h"}, url.Values{"a": {"b"}},
		everything{}, someEverything(), &everything{Int: 7}, []everything{someEverything(), {}},
	} {
		at := reflect.New(reflect.TypeOf(v))
		at.Elem().Set(reflect.ValueOf(v))
		differ(t, at)
	}
}

func TestCodecsOfKindsWriteTheBytesOfEncodingGob(t *testing.T) {
	checkBytes(t, gob.Bool[bool](), true, false)
	checkBytes(t, gob.Bool[toggle](), true, false)
	checkBytes(t, gob.Int[int](), 0, 1, -1, 63, 64, -64, -65, math.MaxInt, math.MinInt)
	checkBytes(t, gob.Int[level](), 0, math.MaxInt8, math.MinInt8)
	checkBytes(t, gob.Int[int16](), 0, math.MaxInt16, math.MinInt16)
	checkBytes(t, gob.Int[rune](), 0, 'x', math.MinInt32)
	checkBytes(t, gob.Int[int64](), 0, 1<<40, math.MinInt64)
	checkBytes(t, gob.Uint[uint](), 0, 127, 128, 255, 256, math.MaxUint)
	checkBytes(t, gob.Uint[letter](), 0, 255)
	checkBytes(t, gob.Uint[uint16](), 0, 65535)
	checkBytes(t, gob.Uint[uint32](), 0, math.MaxUint32)
	checkBytes(t, gob.Uint[uint64](), 0, math.MaxUint64)
	checkBytes(t, gob.Uint[uintptr](), 0, 1)
	checkBytes(t, gob.Float[float32](), 0, 1, -1.5, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(1)), float32(math.NaN()))
	checkBytes(t, gob.Float[float64](), 0, math.Copysign(0, -1), 1.0/3, math.MaxFloat64, math.Inf(-1), math.NaN())
	checkBytes(t, gob.Complex[complex64](), 0, 1, 1i, complex64(complex(math.NaN(), 0)))
	checkBytes(t, gob.Complex[complex128](), 0, -1.5+2i, complex(0, math.NaN()))
	checkBytes(t, gob.String[string](), "", "a", strings.Repeat("x", 123), strings.Repeat("x", 124), strings.Repeat("x", 125), strings.Repeat("x", 70_000))
	checkBytes(t, gob.String[label](), "", "é")
	checkBytes(t, gob.Bytes[[]byte](), nil, []byte{}, []byte{0}, make([]byte, 300))
	checkBytes(t, gob.Bytes[blob](), nil, blob{1})
	for _, size := range []int{125, 126, 127, 128, 255, 256, 65_535, 65_536} {
		checkBytes(t, gob.Bytes[[]byte](), make([]byte, size))
	}
}

func checkBytes[T any](t *testing.T, codec gob.Codec[T], values ...T) {
	t.Helper()
	if name := reflect.TypeOf(codec).Name(); !strings.HasPrefix(name, "basicCodec[") {
		t.Errorf("%T is no codec of a kind", codec)
	}
	for _, v := range values {
		want, err := gob.AppendFresh([]byte("head"), reflect.ValueOf(&v))
		if err != nil {
			t.Fatal(err)
		}
		for _, codec := range []gob.Codec[T]{codec, gob.Of[T]()} {
			got, err := codec.Append([]byte("head"), &v)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%T %.20v: %x, %v; encoding/gob writes %x", v, v, got, err, want)
			}
			checkDecode(t, codec, want[len("head"):])
		}
	}
}

// checkDecode compares what the codec and encoding/gob make of data.
func checkDecode[T any](t *testing.T, codec gob.Codec[T], data []byte) {
	t.Helper()
	var got, want T
	err, errWant := codec.Decode(string(data), &got), gob.DecodeFresh(string(data), reflect.ValueOf(&want))
	if (err == nil) != (errWant == nil) {
		t.Fatalf("%T of %x: error %v, of encoding/gob %v", got, data, err, errWant)
	}
	if err != nil {
		return
	}
	// What is not a number equals nothing, but its bytes do.
	gotBytes, _ := gob.AppendFresh(nil, reflect.ValueOf(&got))
	wantBytes, _ := gob.AppendFresh(nil, reflect.ValueOf(&want))
	if !reflect.DeepEqual(got, want) && !bytes.Equal(gotBytes, wantBytes) {
		t.Errorf("%T of %x: %v, encoding/gob reads %v", got, data, got, want)
	}
}

func TestCodecsOfKindsReadWhatEncodingGobReads(t *testing.T) {
	ints := func(i int64) []byte { return append([]byte{0, gob.IDInt << 1, 0}, gob.AppendInt(nil, i)...) }
	uints := func(u uint64) []byte { return append([]byte{0, gob.IDUint << 1, 0}, gob.AppendUint(nil, u)...) }
	floats := func(f float64) []byte { return append([]byte{0, gob.IDFloat << 1, 0}, gob.AppendFloat(nil, f)...) }
	complexes := func(c complex128) []byte {
		return append([]byte{0, gob.IDComplex << 1, 0}, gob.AppendComplex(nil, c)...)
	}
	for _, data := range [][]byte{
		ints(127), ints(128), ints(-128), ints(-129), ints(1 << 15), ints(1 << 31), ints(-1 << 31), ints(1 << 40), ints(math.MinInt64),
		uints(255), uints(256), uints(65_536), uints(1 << 32), uints(math.MaxUint64),
		floats(math.MaxFloat32), floats(math.MaxFloat64), floats(1.0000000001 * math.MaxFloat32), floats(math.MaxFloat32 * (1 + 1e-12)), floats(1e-60), floats(math.NaN()), floats(math.Inf(-1)), floats(1.0 / 3),
		complexes(1e300), complexes(1e300i), complexes(complex(1.0/3, 1e-60)), complexes(complex(math.NaN(), math.Inf(1))),
		{0, gob.IDBool << 1, 0, 0}, {0, gob.IDBool << 1, 0, 1}, {0, gob.IDBool << 1, 0, 2}, {0, gob.IDBool << 1, 0, 0xfe, 1, 0},
		{0, gob.IDUint << 1, 0, 0xff, 1},                                                   // longer than need be
		{0, gob.IDUint << 1, 0, 0xf7, 1, 2, 3, 4, 5, 6, 7, 8, 9},                           // too long
		{0, gob.IDUint << 1, 1, 5}, {0, gob.IDUint << 1, 0}, {0, gob.IDUint << 1}, {0}, {}, // cut off, or no zero
		{0, 0xff, gob.IDUint << 1, 0, 5}, // the id longer than need be
		{0, gob.IDString << 1, 0, 0}, {0, gob.IDString << 1, 0, 2, 'h', 'i'}, {0, gob.IDString << 1, 0, 3, 'h', 'i'}, {0, gob.IDString << 1, 0, 0xf8, 255, 255, 255, 255, 255, 255, 255, 255},
		{0, gob.IDBytes << 1, 0, 0}, {0, gob.IDBytes << 1, 0, 2, 'h', 'i'}, {0, gob.IDBytes << 1, 0, 0xfc, 127, 255, 255, 255},
		{0, 16 << 1, 0}, {0, 0}, {0, 1}, {0, 65 << 1 & 0x7f, 0},
	} {
		if len(data) > 0 {
			data[0] = byte(len(data) - 1)
		}
		eachKind(t, data)
	}
}

// eachKind compares what all codecs of kinds make of data.
func eachKind(t *testing.T, data []byte) {
	t.Helper()
	checkDecode(t, gob.Bool[bool](), data)
	checkDecode(t, gob.Int[int](), data)
	checkDecode(t, gob.Int[int8](), data)
	checkDecode(t, gob.Int[int16](), data)
	checkDecode(t, gob.Int[int32](), data)
	checkDecode(t, gob.Int[int64](), data)
	checkDecode(t, gob.Uint[uint](), data)
	checkDecode(t, gob.Uint[uint8](), data)
	checkDecode(t, gob.Uint[uint16](), data)
	checkDecode(t, gob.Uint[uint32](), data)
	checkDecode(t, gob.Uint[uint64](), data)
	checkDecode(t, gob.Uint[uintptr](), data)
	checkDecode(t, gob.Float[float32](), data)
	checkDecode(t, gob.Float[float64](), data)
	checkDecode(t, gob.Complex[complex64](), data)
	checkDecode(t, gob.Complex[complex128](), data)
	checkDecode(t, gob.String[string](), data)
	checkDecode(t, gob.Bytes[[]byte](), data)
	checkDecode(t, gob.Time(), data)
	checkDecode(t, gob.Binary[uuid.UUID](), data)
}
