package storable

import (
	"encoding"
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// opaque are the types of other packages whose values can't be made field by
// field.
var opaque = map[reflect.Type]func(m maker) any{
	reflect.TypeFor[time.Time]():       func(m maker) any { return time.Unix(m.Int64N(4e9), m.Int64N(1e9)).UTC() },
	reflect.TypeFor[netip.Addr]():      func(m maker) any { return netip.AddrFrom4([4]byte{byte(m.Int()), 1, 2, 3}) },
	reflect.TypeFor[uuid.UUID]():       func(m maker) any { return uuid.UUID{byte(m.Int())} },
	reflect.TypeFor[big.Int]():         func(m maker) any { return *big.NewInt(m.Int64()) },
	reflect.TypeFor[json.Number]():     func(m maker) any { return []json.Number{"1", "-1e999", "0"}[m.IntN(3)] },
	reflect.TypeFor[json.RawMessage](): func(m maker) any { return []json.RawMessage{[]byte(`{"a":[1e999]}`), []byte("2")}[m.IntN(2)] },
}

var stringsToStore = []string{"", "null", "true", "1", `"`, `\`, "<a>&\u2028é", "n7", "!n7", "\x00"}

// fill sets v to something that is often not zero, and of which a part that is
// lost is missed. What it is made of is no deeper than depth.
func (m maker) fill(v reflect.Value, depth int) {
	if makes := opaque[v.Type()]; makes != nil {
		v.Set(reflect.ValueOf(makes(m)))
		return
	}
	few := m.IntN(3)
	if depth <= 0 {
		few = 0
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(m.IntN(3) > 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(m.Int64N(100))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(m.Uint64N(100))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(float32(m.NormFloat64())))
	case reflect.String:
		v.SetString(stringsToStore[m.IntN(len(stringsToStore))])
	case reflect.Slice:
		if few > 0 || m.IntN(2) == 0 {
			v.Set(reflect.MakeSlice(v.Type(), few, few))
		}
		m.fillElements(v, depth)
	case reflect.Array:
		m.fillElements(v, depth)
	case reflect.Map:
		m.fillMap(v, few, depth)
	case reflect.Pointer:
		if few > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			m.fill(v.Elem(), depth-1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			m.fill(opened(v.Field(i)), depth-1)
		}
	default:
		m.fillOdd(v)
	}
}

func (m maker) fillElements(v reflect.Value, depth int) {
	for i := range v.Len() {
		m.fill(v.Index(i), depth-1)
	}
}

func (m maker) fillMap(v reflect.Value, n, depth int) {
	if n > 0 || m.IntN(2) == 0 {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for range n {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		m.fill(key, depth-1)
		m.fill(elem, depth-1)
		v.SetMapIndex(key, elem)
	}
}

// fillOdd sets v to a value of a kind that JSON has not.
func (m maker) fillOdd(v reflect.Value) {
	switch v.Kind() {
	case reflect.Chan:
		v.Set(reflect.MakeChan(v.Type(), 0))
	case reflect.Func:
		v.Set(reflect.MakeFunc(v.Type(), nil))
	case reflect.Complex128:
		v.SetComplex(1i)
	case reflect.Interface:
		for _, value := range []any{m.any(), namedInt(1), &binary{1}} {
			if reflect.TypeOf(value).Implements(v.Type()) {
				v.Set(reflect.ValueOf(value))
				return
			}
		}
		fallthrough
	default:
		panic("no values of type " + v.Type().String())
	}
}

func (m maker) any() any { return []any{"a", 1.5, true}[m.IntN(3)] }

// opened returns v, which is addressable, as if no name on the way to it were
// unexported.
func opened(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

// same tells whether got, which is addressable as want is, is what JSON should
// make of want.
func same(want, got reflect.Value) bool {
	switch t := want.Type(); {
	case t == reflect.TypeFor[time.Time]():
		return want.Interface().(time.Time).Equal(got.Interface().(time.Time))
	case t == reflect.TypeFor[big.Int]():
		return want.Addr().Interface().(*big.Int).Cmp(got.Addr().Interface().(*big.Int)) == 0
	case marshalsByItself(t):
		return reflect.DeepEqual(want.Interface(), got.Interface())
	}
	switch want.Kind() {
	case reflect.Slice, reflect.Array:
		return sameElements(want, got)
	case reflect.Map:
		return sameMaps(want, got)
	case reflect.Pointer:
		if want.IsNil() || got.IsNil() {
			return got.IsNil() && isNull(want)
		}
		return same(want.Elem(), got.Elem())
	case reflect.Struct:
		return sameStructs(want, got)
	}
	return reflect.DeepEqual(want.Interface(), got.Interface())
}

func marshalsByItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

func sameElements(want, got reflect.Value) bool {
	if want.Len() != got.Len() {
		return false
	}
	for i := range want.Len() {
		if !same(want.Index(i), got.Index(i)) {
			return false
		}
	}
	return true
}

func sameMaps(want, got reflect.Value) bool {
	if want.Len() != got.Len() {
		return false
	}
	for i := want.MapRange(); i.Next(); {
		elem := got.MapIndex(i.Key())
		if !elem.IsValid() || !same(addressable(i.Value()), addressable(elem)) {
			return false
		}
	}
	return true
}

func addressable(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

// sameStructs ignores the fields that are left out beside others.
func sameStructs(want, got reflect.Value) bool {
	if keepsNothing(want.Type()) {
		return reflect.DeepEqual(want.Interface(), got.Interface())
	}
	for i := range want.NumField() {
		f := want.Type().Field(i)
		if !leftOut(f) && !same(opened(want.Field(i)), opened(got.Field(i))) {
			return false
		}
	}
	return true
}

func keepsNothing(t reflect.Type) bool {
	for i := range t.NumField() {
		if !leftOut(t.Field(i)) {
			return false
		}
	}
	return true
}

// leftOut tells whether f is left out by its tag, or unexported, or embedded
// without a name and without fields that are kept.
func leftOut(f reflect.StructField) bool {
	t := f.Type
	if f.Anonymous && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case f.Tag.Get("json") == "-":
		return true
	case !f.Anonymous || t.Kind() != reflect.Struct:
		return !f.IsExported()
	case name == "" || strings.ContainsAny(name, "'\\\u2028"):
		return !marshalsByItself(t) && !slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return f.IsExported() && (!f.Anonymous || f.Type.Kind() != reflect.Struct)
		})
	}
	return false
}

// isNull tells whether JSON writes null for a value.
func isNull(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || isNull(v.Elem())
	case reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}
