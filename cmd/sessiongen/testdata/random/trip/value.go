package trip

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"time"
)

// A filler makes random values.
type filler struct {
	*rand.Rand
	json bool
}

var texts = []string{"", "a", "Grüße, 世界", "<script>&\u2028", "\x00\t\"\\", "0123456789012345678901234567890123456789"}

// opaque are the types whose values can't be made field by field.
var opaque = map[reflect.Type]func(f filler) any{
	reflect.TypeFor[time.Time]():  func(f filler) any { return time.Unix(f.Int64N(4e9), f.Int64N(1e9)).UTC() },
	reflect.TypeFor[netip.Addr](): func(f filler) any { return f.addr() },
	reflect.TypeFor[netip.Prefix](): func(f filler) any {
		return netip.PrefixFrom(f.addr(), f.IntN(33)).Masked()
	},
	reflect.TypeFor[big.Int](): func(f filler) any {
		return *new(big.Int).Exp(big.NewInt(f.Int64()-f.Int64()), big.NewInt(f.Int64N(4)), nil)
	},
	reflect.TypeFor[url.URL](): func(f filler) any {
		return url.URL{Scheme: "https", Host: "example.com", Path: fmt.Sprint("/ä/", f.Int()), RawQuery: "a=b"}
	},
	reflect.TypeFor[json.RawMessage](): func(f filler) any { return json.RawMessage(fmt.Sprintf(`{"n":[%d]}`, f.Int())) },
}

// A randomizer makes its own random values.
type randomizer interface{ Randomize(*rand.Rand) }

func (f filler) addr() netip.Addr {
	if f.IntN(2) == 0 {
		return netip.AddrFrom4([4]byte{byte(f.Int()), 1, 2, 3})
	}
	return netip.AddrFrom16([16]byte{0x20, 1, 15: byte(f.Int())})
}

// fill sets v to a random value. A pointer may be nil only if nilable: gob
// refuses nil pointers but in fields of structs.
func (f filler) fill(v reflect.Value, depth int, nilable bool) {
	if make := opaque[v.Type()]; make != nil {
		v.Set(reflect.ValueOf(make(f)))
		return
	}
	if r, ok := v.Addr().Interface().(randomizer); ok {
		r.Randomize(f.Rand)
		return
	}
	few := f.IntN(4)
	if depth <= 0 {
		few = 0
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(f.Int64()>>f.IntN(64) - f.Int64()>>f.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(f.Uint64() >> f.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(f.NormFloat64())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(f.NormFloat64(), f.NormFloat64()))
	case reflect.String:
		v.SetString(f.text())
	case reflect.Slice:
		if few > 0 || f.IntN(2) == 0 {
			v.Set(reflect.MakeSlice(v.Type(), few, few))
		}
		for i := range few {
			f.fill(v.Index(i), depth-1, false)
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), depth-1, false)
		}
	case reflect.Map:
		f.fillMap(v, few, depth)
	case reflect.Pointer:
		if nilable && few == 0 {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth-1, false)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i), depth-1, true)
			}
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{f.text(), f.NormFloat64(), map[string]any{"a": nil, "b": []any{true}}}))
	default:
		panic("trip: no values of type " + v.Type().String())
	}
}

func (f filler) fillMap(v reflect.Value, n, depth int) {
	if n > 0 || f.IntN(2) == 0 {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for range n {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.fill(key, depth-1, false)
		f.fill(elem, depth-1, false)
		v.SetMapIndex(key, elem)
	}
}

// text returns a string, which for JSON is valid UTF-8.
func (f filler) text() string {
	if !f.json && f.IntN(4) == 0 {
		return "\xff\xfe"
	}
	return texts[f.IntN(len(texts))]
}

// same tells whether got is what the store makes of want: a nil slice or map
// and an empty one are alike, and so are a nil pointer and one to nothing.
func same(want, got reflect.Value) bool {
	if opaque[want.Type()] != nil || reflect.PointerTo(want.Type()).Implements(reflect.TypeFor[randomizer]()) {
		return sameOpaque(want, got)
	}
	switch want.Kind() {
	case reflect.Slice, reflect.Array:
		if want.Len() != got.Len() {
			return false
		}
		for i := range want.Len() {
			if !same(want.Index(i), got.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if want.Len() != got.Len() {
			return false
		}
		for _, key := range want.MapKeys() {
			if elem := got.MapIndex(key); !elem.IsValid() || !same(want.MapIndex(key), elem) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		if want.IsNil() || got.IsNil() {
			return empty(want) && empty(got)
		}
		return same(want.Elem(), got.Elem())
	case reflect.Struct:
		for i := range want.NumField() {
			if want.Type().Field(i).IsExported() && !same(want.Field(i), got.Field(i)) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(want.Interface(), got.Interface())
}

func sameOpaque(want, got reflect.Value) bool {
	switch want := want.Interface().(type) {
	case time.Time:
		return want.Equal(got.Interface().(time.Time))
	case big.Int:
		other := got.Interface().(big.Int)
		return want.Cmp(&other) == 0
	case json.RawMessage:
		return bytes.Equal(want, got.Interface().(json.RawMessage))
	}
	return reflect.DeepEqual(want.Interface(), got.Interface())
}

// empty tells whether neither gob nor JSON sends anything of v.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer:
		return v.IsNil() || empty(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if !empty(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}
