package gob_test

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
)

var gobSeed = flag.Uint64("gob.seed", 0, "seed of the random types; 0 chooses one")

func TestGobCodecAgreesWithEncodingGobOnRandomTypes(t *testing.T) {
	r := newRandomTypes(t)
	for range 60 {
		typ := r.typ(4)
		for range 4 {
			at := reflect.New(typ)
			r.fill(at.Elem(), 5)
			differ(t, at)
			if t.Failed() {
				t.Fatalf("%v: %+v", typ, at.Elem())
			}
		}
	}
}

// randomTypes makes up types, and values of them.
type randomTypes struct{ *rand.Rand }

func newRandomTypes(t *testing.T) randomTypes {
	seed := *gobSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to see it again: -run %s -gob.seed=%d", t.Name(), seed)
		}
	})
	return randomTypes{rand.New(rand.NewPCG(seed, 0))}
}

var (
	basicTypes = []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int64](), reflect.TypeFor[uint](),
		reflect.TypeFor[uint16](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](),
		reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[letter](), reflect.TypeFor[label](), reflect.TypeFor[level](),
	}
	// These have methods of the value.
	keyTypes = append(basicTypes, reflect.TypeFor[uuid.UUID](), reflect.TypeFor[netip.Addr](), reflect.TypeFor[[2]int](), reflect.TypeFor[pair[label, int]]())
	allTypes = append(keyTypes, reflect.TypeFor[time.Time](), reflect.TypeFor[[]byte](), reflect.TypeFor[tree](), reflect.TypeFor[named](),
		reflect.TypeFor[chain](), reflect.TypeFor[indexMap](), reflect.TypeFor[base](), reflect.TypeFor[struct{}](), reflect.TypeFor[matrix]())
	pointerMethods = []reflect.Type{reflect.TypeFor[big.Int](), reflect.TypeFor[url.URL](), reflect.TypeFor[big.Rat]()}
)

func (r randomTypes) typ(depth int) reflect.Type {
	if depth == 0 {
		return r.pick(allTypes)
	}
	switch r.IntN(9) {
	case 0:
		return r.pick(allTypes)
	case 1:
		return reflect.PointerTo(r.pick(append(pointerMethods, r.typ(depth-1))))
	case 2:
		return reflect.SliceOf(r.typ(depth - 1))
	case 3:
		return reflect.ArrayOf(r.IntN(4), r.typ(depth-1))
	case 4:
		return reflect.MapOf(r.pick(keyTypes), r.typ(depth-1))
	}
	var fields []reflect.StructField
	for i := range r.IntN(6) {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("F", i), Type: r.typ(depth - 1)})
	}
	return reflect.StructOf(fields)
}

func (r randomTypes) pick(types []reflect.Type) reflect.Type { return types[r.IntN(len(types))] }

// fill sets v to something, or leaves it zero. Pointers in slices, arrays and
// maps are never nil: encoding/gob stores some that these codecs refuse.
func (r randomTypes) fill(v reflect.Value, depth int) {
	if k := v.Kind(); r.IntN(5) == 0 && k != reflect.Pointer && k != reflect.Array && k != reflect.Struct {
		return
	}
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		*at = time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).In(time.FixedZone("", 60*r.IntN(600)))
		return
	case *big.Int:
		at.SetInt64(r.Int64())
		return
	case *big.Rat:
		at.SetInt64(r.Int64())
		return
	case *url.URL:
		at.Host = "example.org"
		return
	case *netip.Addr:
		*at = netip.AddrFrom4([4]byte{byte(r.Int())})
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int64() >> r.IntN(64) << r.IntN(8))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(r.Uint64() >> r.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(float32(r.NormFloat64())))
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(float64(r.Float32()), float64(r.IntN(2))))
	case reflect.String:
		v.SetString(fmt.Sprint("text ", r.IntN(1000)))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.length(depth), 4))
		r.fillElements(v, depth)
	case reflect.Array:
		r.fillElements(v, depth)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.length(depth) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			r.fill(key, depth-1)
			r.fill(elem, depth-1)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && (f.Type.Kind() != reflect.Pointer || depth > 0 && r.IntN(2) == 0) {
				r.fill(v.Field(i), depth-1)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem(), depth-1)
	}
}

func (r randomTypes) length(depth int) int {
	if depth <= 0 {
		return 0
	}
	return r.IntN(4)
}

func (r randomTypes) fillElements(v reflect.Value, depth int) {
	for i := range v.Len() {
		r.fill(v.Index(i), depth-1)
	}
}
