package gob_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// FuzzCodecKinds compares what the codecs of kinds write.
func FuzzCodecKinds(f *testing.F) {
	f.Add(int64(-1), math.Pi, "text", []byte{1, 2})
	f.Add(int64(math.MinInt64), math.Inf(1), "", []byte(nil))
	f.Add(int64(1<<40), math.NaN(), string(make([]byte, 200)), make([]byte, 16))
	f.Fuzz(func(t *testing.T, i int64, x float64, s string, b []byte) {
		checkBytes(t, gob.Bool[bool](), i&1 == 0)
		checkBytes(t, gob.Int[int](), int(i))
		checkBytes(t, gob.Int[int8](), int8(i))
		checkBytes(t, gob.Int[int16](), int16(i))
		checkBytes(t, gob.Int[int32](), int32(i))
		checkBytes(t, gob.Int[int64](), i)
		checkBytes(t, gob.Uint[uint](), uint(i))
		checkBytes(t, gob.Uint[uint8](), uint8(i))
		checkBytes(t, gob.Uint[uint16](), uint16(i))
		checkBytes(t, gob.Uint[uint32](), uint32(i))
		checkBytes(t, gob.Uint[uint64](), uint64(i))
		checkBytes(t, gob.Float[float32](), float32(x))
		checkBytes(t, gob.Float[float64](), x)
		checkBytes(t, gob.Complex[complex64](), complex(float32(x), float32(i)))
		checkBytes(t, gob.Complex[complex128](), complex(x, float64(i)))
		checkBytes(t, gob.String[string](), s)
		checkBytes(t, gob.Bytes[[]byte](), b)
		if len(b) == 16 {
			checkSame(t, gob.Binary[uuid.UUID](), uuid.UUID(b))
		}
		checkSame(t, gob.Time(), time.Unix(i>>20, i&0xfffff).UTC())
	})
}

// checkSame compares what a codec and encoding/gob make of what both write.
func checkSame[T any](t *testing.T, codec gob.Codec[T], value T) {
	t.Helper()
	ours, err := codec.Append(nil, &value)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := gob.AppendFresh(nil, reflect.ValueOf(&value))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(valueOf(t, ours), valueOf(t, theirs)) {
		t.Errorf("%v: %x, encoding/gob writes %x", value, ours, theirs)
	}
	checkDecode(t, codec, ours)
	checkDecode(t, codec, theirs)
}

// FuzzCodecKindsDecode compares what the codecs of kinds read.
func FuzzCodecKindsDecode(f *testing.F) {
	for _, v := range []any{true, -300, uint(300), 1.5, 1i, "text", []byte("bytes"), time.Unix(1, 2).UTC(), uuid.UUID{1}} {
		at := reflect.New(reflect.TypeOf(v))
		at.Elem().Set(reflect.ValueOf(v))
		seed(f, at)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// Where encoding/gob is too lenient, all codecs refuse.
		if gob.IsSound(string(data)) {
			eachKind(t, data)
			return
		}
		refuseUnsound(t, gob.Int[int](), data)
		refuseUnsound(t, gob.String[string](), data)
		refuseUnsound(t, gob.Bytes[[]byte](), data)
		refuseUnsound(t, gob.Time(), data)
		refuseUnsound(t, gob.Binary[uuid.UUID](), data)
	})
}

func refuseUnsound[T any](t *testing.T, codec gob.Codec[T], data []byte) {
	t.Helper()
	var v T
	if err := codec.Decode(string(data), &v); err == nil {
		t.Errorf("%T of unsound %x is %v", v, data, v)
	}
}

// seed adds what the codec and encoding/gob write.
func seed(f *testing.F, at reflect.Value) {
	f.Helper()
	ours, err := gob.AppendValue(nil, at)
	if err != nil {
		f.Fatal(err)
	}
	theirs, err := gob.AppendFresh(nil, at)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours)
	f.Add(theirs)
}

// fuzzed has a bit of everything that a count, a depth or a length is read for.
// It has no floats, because a NaN would equal nothing.
type fuzzed struct {
	N     int8
	S     string
	B     []byte
	List  []pair[string, *int]
	Map   map[string][]uint16
	Array [3]bool
	Next  *fuzzed
	At    time.Time
	ID    uuid.UUID
	Keys  map[[2]int8]struct{}
}

// FuzzCodecStream compares what is read of streams that describe types.
func FuzzCodecStream(f *testing.F) {
	one := 1
	seed(f, reflect.ValueOf(&fuzzed{}))
	seed(f, reflect.ValueOf(&fuzzed{
		-1, "s", []byte{1}, []pair[string, *int]{{"k", &one}, {}}, map[string][]uint16{"m": {1, 300}}, [3]bool{true},
		&fuzzed{S: "next"}, time.Unix(1, 2).UTC(), uuid.UUID{1}, map[[2]int8]struct{}{{1, 2}: {}},
	}))
	seed(f, reflect.ValueOf(&[]map[string]int{{"a": 1}, nil}))
	seed(f, reflect.ValueOf(&map[string][]string{"a": {"b"}}))
	seed(f, reflect.ValueOf(&struct{ N, Gone int }{1, 2}))
	seed(f, reflect.ValueOf(&struct {
		Gone []map[string]tree
		Next struct{ S string }
	}{[]map[string]tree{{"a": {}}}, struct{ S string }{"s"}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkStream[fuzzed](t, data)
		checkStream[[]map[string]int](t, data)
		checkStream[map[string][]string](t, data)
		checkStream[named](t, data)
	})
}

func checkStream[T any](t *testing.T, data []byte) {
	t.Helper()
	codec := gob.Of[T]()
	if !gob.IsSound(string(data)) { // encoding/gob may take all memory then
		refuseUnsound(t, codec, data)
		return
	}
	var got, want T
	err, errWant := codec.Decode(string(data), &got), gob.DecodeFresh(string(data), reflect.ValueOf(&want))
	if (err == nil) != (errWant == nil) && !mayDiffer[T](t, data, err == nil) {
		t.Fatalf("%T of %x: error %v, of encoding/gob %v", got, data, err, errWant)
	}
	if err != nil || errWant != nil {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%T of %x: %+v, encoding/gob reads %+v", got, data, got, want)
	}
	data, err = codec.Append(nil, &got)
	if err != nil {
		t.Fatal(err)
	}
	if !gob.IsSound(string(data)) {
		t.Errorf("%T: what is written, %x, is not sound", got, data)
	}
}

// mayDiffer tells whether only the codec reads data, or only encoding/gob, for a
// reason that the tests of foreign streams name.
func mayDiffer[T any](t *testing.T, data []byte, readsOurs bool) bool {
	t.Helper()
	if readsOurs {
		return repeats(reflect.TypeFor[T]())
	}
	return namesTwice(t, data)
}

// namesTwice tells whether a stream describes a struct with two fields of one
// name.
func namesTwice(t *testing.T, data []byte) bool {
	t.Helper()
	types, _, _, err := gob.Split(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range types {
		if w.StructT != nil {
			names := map[string]bool{}
			for _, f := range w.StructT.Fields {
				if names[f.Name] {
					return true
				}
				names[f.Name] = true
			}
		}
	}
	return false
}

// repeats tells whether encoding/gob, as it looks whether a stream fits t, meets
// a type twice: it looks into the fields of structs later, one by one.
func repeats(t reflect.Type) bool {
	looked := map[reflect.Type]bool{}
	var look func(t reflect.Type, met map[reflect.Type]bool) bool
	look = func(t reflect.Type, met map[reflect.Type]bool) bool {
		switch k := t.Kind(); k {
		case reflect.Pointer:
			return look(t.Elem(), met)
		case reflect.Array, reflect.Slice, reflect.Map, reflect.Struct:
			if met[t] {
				return true
			}
			met[t] = true
			switch k {
			case reflect.Map:
				return look(t.Key(), met) || look(t.Elem(), met)
			case reflect.Array, reflect.Slice:
				return look(t.Elem(), met)
			}
			if looked[t] {
				return false
			}
			looked[t] = true
			for i := range t.NumField() {
				if look(t.Field(i).Type, map[reflect.Type]bool{}) {
					return true
				}
			}
		}
		return false
	}
	return look(t, map[reflect.Type]bool{})
}
