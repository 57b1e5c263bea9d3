package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
)

type size int

const (
	small   size = iota // every kind has room for it
	highest             // of its kind
	lowest
)

// A filler sets values in which nothing is nil or empty.
type filler struct {
	*rand.Rand
	json bool
	size size
}

// maxDepth ends types that contain themselves, which they do in slices alone.
const maxDepth = 10

func (f filler) fill(p any) { f.value(reflect.ValueOf(p).Elem(), 0) }

func (f filler) value(v reflect.Value, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(int64(f.IntN(1e9)), 0).UTC()
		return
	case *big.Int:
		p.SetInt64(int64(f.IntN(100)) + 1)
		return
	case interface{ Set(int) }:
		p.Set(f.IntN(100) + 1)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := int64(1)<<(v.Type().Bits()-1) - 1
		v.SetInt([]int64{f.Int64N(100) + 1, n, -n - 1}[f.size])
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint([]uint64{f.Uint64N(100) + 1, 1<<v.Type().Bits() - 1, 1}[f.size])
	case reflect.Float32:
		v.SetFloat([]float64{float64(f.IntN(200)+1) / 2, math.MaxFloat32, 0.5}[f.size])
	case reflect.Float64:
		v.SetFloat([]float64{float64(f.IntN(200)+1) / 2, math.MaxFloat64, 0.1}[f.size])
	case reflect.Complex64:
		v.SetComplex(complex(float64(f.IntN(100)+1), 1))
	case reflect.Complex128:
		v.SetComplex([]complex128{complex(float64(f.IntN(100)+1), 1), complex(math.MaxFloat64, 1), complex(0.1, 1)}[f.size])
	case reflect.String:
		v.SetString(fmt.Sprint("!", f.IntN(1000)))
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{"!text", 7.0, true, []any{1.0}, map[string]any{"!": 1.0}}[f.IntN(5)]))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem(), depth+1)
	case reflect.Slice:
		if depth < maxDepth {
			v.Set(reflect.MakeSlice(v.Type(), f.length(v.Type().Elem(), depth), 3))
			for i := range v.Len() {
				f.value(v.Index(i), depth+1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			f.value(v.Index(i), depth+1)
		}
	case reflect.Map:
		if depth < maxDepth {
			v.Set(reflect.MakeMap(v.Type()))
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.value(key, depth+1)
			f.value(elem, depth+1)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.value(v.Field(i), depth+1)
			}
		}
	}
}

// length returns how long to make a slice: longer than any array where that ends.
func (f filler) length(elem reflect.Type, depth int) int {
	for elem.Kind() == reflect.Pointer || elem.Kind() == reflect.Array {
		elem = elem.Elem()
	}
	if elem.Kind() == reflect.Slice || elem.Kind() == reflect.Map || elem.Kind() == reflect.Struct && depth > 2 {
		return 1
	}
	return 3
}

// lost says what of *a is not in *b, or "". Fields that only one of them has don't
// count, as long as they have one in common.
func lost(a, b any, json bool) string {
	return lostOf(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem(), json)
}

func lostOf(a, b reflect.Value, json bool) string {
	a, b = target(a), target(b)
	if a.IsValid() && b.IsValid() && a.Kind() == reflect.Struct && b.Kind() == reflect.Struct && !isLeaf(a) && !isLeaf(b) {
		return lostOfStruct(a, b, json)
	}
	if isNothing(a) && (isNothing(b) || a.IsValid() && b.IsValid() && a.Kind() != b.Kind()) {
		return ""
	}
	if isNothing(a) != isNothing(b) {
		return fmt.Sprintf("%v became %v", a, b)
	}
	if isLeaf(a) || isLeaf(b) {
		if a.Type() != b.Type() || a.CanInterface() && !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return fmt.Sprintf("%v became %v", a, b)
		}
		return ""
	}
	if json && (a.Kind() == reflect.Float32) != (b.Kind() == reflect.Float32) && a.CanFloat() && b.CanFloat() {
		// The digits that tell a float32 from all others are not enough for a
		// float64, but they lead back to the same float32.
		if float32(a.Float()) != float32(b.Float()) || math.IsInf(float64(float32(b.Float())), 0) {
			return fmt.Sprintf("%v became %v", a, b)
		}
		return ""
	}
	if x, y := number(a), number(b); x != nil && y != nil {
		if x.Cmp(y) != 0 {
			return fmt.Sprintf("%v became %v", a, b)
		}
		return ""
	}
	switch {
	case json && a.Kind() == reflect.Struct && b.Kind() == reflect.Map:
		return lostOfEntries(a, b)
	case json && isList(a) && isList(b):
		return lostOfList(a, b, json)
	case a.Kind() != b.Kind() && !(a.CanComplex() && b.CanComplex()):
		return fmt.Sprintf("%v became %v", a.Type(), b.Type())
	}
	switch a.Kind() {
	case reflect.Bool, reflect.String:
		if a.Interface() != b.Convert(a.Type()).Interface() {
			return fmt.Sprintf("%v became %v", a, b)
		}
	case reflect.Complex64, reflect.Complex128:
		if a.Complex() != b.Complex() {
			return fmt.Sprintf("%v became %v", a, b)
		}
	case reflect.Slice, reflect.Array:
		return lostOfList(a, b, json)
	case reflect.Map:
		return lostOfMap(a, b, json)
	}
	return ""
}

func isList(v reflect.Value) bool { return v.Kind() == reflect.Slice || v.Kind() == reflect.Array }

// lostOfList compares what is in lists. An array may have room for more.
func lostOfList(a, b reflect.Value, json bool) string {
	if a.Len() > b.Len() || a.Len() < b.Len() && b.Kind() != reflect.Array {
		return fmt.Sprintf("%d became %d", a.Len(), b.Len())
	}
	for i := range b.Len() {
		if i >= a.Len() && isNothing(b.Index(i)) {
			continue
		} else if i >= a.Len() {
			return fmt.Sprintf("%v is new", b.Index(i))
		}
		if what := lostOf(a.Index(i), b.Index(i), json); what != "" {
			return what
		}
	}
	return ""
}

// lostOfEntries compares a struct with the map that JSON made of it.
func lostOfEntries(a, b reflect.Value) string {
	for name, f := range fieldsOf(a, true) {
		entry := b.MapIndex(reflect.ValueOf(name).Convert(b.Type().Key()))
		if what := lostOf(f, entry, true); what != "" && !isNothing(f) {
			return name + ": " + what
		}
	}
	return ""
}

func lostOfMap(a, b reflect.Value, json bool) string {
	if a.Len() != b.Len() {
		return fmt.Sprintf("%d became %d", a.Len(), b.Len())
	}
	for _, key := range a.MapKeys() {
		found := false
		for _, other := range b.MapKeys() {
			if fmt.Sprint(key) == fmt.Sprint(other) || lostOf(key, other, json) == "" {
				found = true
				if what := lostOf(a.MapIndex(key), b.MapIndex(other), json); what != "" {
					return what
				}
			}
		}
		if !found {
			return fmt.Sprintf("key %v is lost", key)
		}
	}
	return ""
}

func lostOfStruct(a, b reflect.Value, json bool) string {
	sent, local := fieldsOf(a, json), fieldsOf(b, json)
	common := 0
	for name, f := range sent {
		there, ok := local[name]
		if !ok && json {
			for other, g := range local {
				if strings.EqualFold(name, other) {
					there, ok = g, true
				}
			}
		}
		if !ok && !json {
			there, ok = promotedIn(b, name)
		}
		if !ok {
			continue
		}
		common++
		if what := lostOf(f, there, json); what != "" {
			return name + ": " + what
		}
	}
	if common == 0 && !isNothing(a) {
		return fmt.Sprintf("%v became %v", a.Type(), b.Type())
	}
	return ""
}

func fieldsOf(v reflect.Value, json bool) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !json:
			if f.IsExported() {
				fields[f.Name] = v.Field(i)
			}
		case name == "-":
		case f.Anonymous && name == "":
			if inner := target(v.Field(i)); inner.IsValid() {
				for name, g := range fieldsOf(inner, json) {
					fields[name] = g
				}
			}
		case name != "":
			fields[name] = v.Field(i)
		case f.IsExported():
			fields[f.Name] = v.Field(i)
		}
	}
	return fields
}

// promotedIn returns the field of that name in an embedded struct.
func promotedIn(v reflect.Value, name string) (reflect.Value, bool) {
	f, ok := v.Type().FieldByName(name)
	if !ok || !f.IsExported() {
		return v, false
	}
	there, err := v.FieldByIndexErr(f.Index)
	return there, err == nil
}

func target(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

// isNothing tells whether a value is one that may stand for a nil pointer: the
// encodings leave it out, or all that is in it.
func isNothing(v reflect.Value) bool {
	v = target(v)
	if !v.IsValid() || v.IsZero() {
		return true
	}
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	case reflect.Array:
		for i := range v.Len() {
			if !isNothing(v.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range v.NumField() {
			if !isNothing(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return false
}

// isLeaf tells whether a type marshals itself.
func isLeaf(v reflect.Value) bool {
	if !v.IsValid() {
		return false
	}
	switch reflect.New(v.Type()).Interface().(type) {
	case *time.Time, *big.Int, interface{ Set(int) }:
		return true
	}
	return false
}

func number(v reflect.Value) *big.Float {
	switch {
	case v.CanInt():
		return new(big.Float).SetInt64(v.Int())
	case v.CanUint():
		return new(big.Float).SetUint64(v.Uint())
	case v.CanFloat():
		return big.NewFloat(v.Float())
	}
	return nil
}
