package gob_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

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
	// A NaN equals nothing, but its bytes are the same.
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
