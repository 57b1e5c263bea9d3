package stored

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"
)

// numberValues are the zero and the last values of each kind of number, at both ends,
// and those that only some kinds of floating-point numbers have.
var numberValues = map[string][]any{
	"int":   {int(0), math.MinInt, math.MaxInt},
	"int8":  {int8(0), int8(math.MinInt8), int8(math.MaxInt8)},
	"int16": {int16(0), int16(math.MinInt16), int16(math.MaxInt16)},
	"int32": {int32(0), int32(math.MinInt32), int32(math.MaxInt32)},
	"int64": {int64(0), int64(math.MinInt64), int64(math.MaxInt64)},
	"uint":  {uint(0), uint(math.MaxUint)}, "uint8": {uint8(0), uint8(math.MaxUint8)},
	"uint16": {uint16(0), uint16(math.MaxUint16)}, "uint32": {uint32(0), uint32(math.MaxUint32)},
	"uint64": {uint64(0), uint64(math.MaxUint64)}, "uintptr": {uintptr(0), uintptr(math.MaxUint)},
	"float32": {float32(0), float32(math.MaxFloat32), float32(0.1)}, "float64": {0.0, math.MaxFloat64, 0.1},
	"complex64":  {complex64(0), complex(float32(math.MaxFloat32), 0.1)},
	"complex128": {complex128(0), complex(math.MaxFloat64, 0.1)},
}

// One kind of number can be read as another if all values come back as they were, from
// encoding/gob and encoding/json as they are.
func TestANumberIsReadIfAllOfItsKindAre(t *testing.T) {
	if math.MaxInt != math.MaxInt64 {
		t.Skip("skipped, needs int and uint of 64 bits, which they have at most")
	}
	for from, values := range numberValues {
		for to, others := range numberValues {
			for _, json := range []bool{false, true} {
				want := true
				for _, v := range values {
					want = want && comesBack(v, reflect.TypeOf(others[0]), json)
				}
				m := formOf(t, to).Reads(formOf(t, from), json)
				if json && (ranges[from].class == complexes || ranges[to].class == complexes) {
					continue // which JSON can't store
				}
				if (m == nil) != want {
					t.Errorf("JSON %t: %s is read as %s: %t, but %v", json, from, to, want, m)
				}
			}
		}
	}
}

// comesBack tells whether a number that is stored is the same when it is read as one
// of another type. As shortest digits tell a float32 from the float64 of the same
// value, digits count.
func comesBack(v any, to reflect.Type, asJSON bool) bool {
	got := reflect.New(to)
	var b bytes.Buffer
	if asJSON {
		if json.NewEncoder(&b).Encode(v) != nil || json.NewDecoder(&b).Decode(got.Interface()) != nil {
			return false
		}
	} else if gob.NewEncoder(&b).Encode(v) != nil || gob.NewDecoder(&b).DecodeValue(got) != nil {
		return false
	}
	if reflect.ValueOf(v).CanConvert(to) && !asJSON {
		return reflect.ValueOf(v).Convert(to).Interface() == got.Elem().Interface() && got.Elem().Convert(reflect.TypeOf(v)).Interface() == v
	}
	return digits(v) == digits(got.Elem().Interface())
}

func digits(v any) string {
	if f := reflect.ValueOf(v); f.CanFloat() && f.Float() == math.Trunc(f.Float()) && math.Abs(f.Float()) < 1<<63 {
		return fmt.Sprint(int64(f.Float()))
	}
	return fmt.Sprint(v)
}
