package gob_test

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"time"

	"github.com/google/uuid"
)

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
