package faults

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A shape is what a variable is made of, as one version of the app declares it.
// Values are as encoding/json has them, with a json.Number for each number.
type shape struct {
	Kind   string // struct, list, map, or that of a leaf
	Fields map[string]*shape
	Elem   *shape
	Lazy   bool // is the variable fetched on first use?
	Pop    bool // is there a method that pops it?
}

// of returns what is left of a value in a variable of this shape: a struct has the
// fields that are declared, and of these only what is not zero. A zero value is
// nil, as it is after gob.
func (s *shape) of(value any) any {
	switch v := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, elem := range v {
			switch {
			case s.Kind == "any":
				kept[name] = elem
			case s.Kind == "map":
				kept[name] = s.Elem.of(elem)
			default:
				if field := s.Fields[name]; field != nil && field.of(elem) != nil {
					kept[name] = field.of(elem)
				}
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		var kept []any
		for _, elem := range v {
			if s.Kind == "any" {
				kept = append(kept, elem)
			} else {
				kept = append(kept, s.Elem.of(elem))
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case json.Number:
		if v == "0" {
			return nil
		}
	case string:
		if v == "" || s.Kind == "time" && v == new(time.Time).Format(time.RFC3339) {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return value
}

// isInt tells whether the app adds to values of this shape.
func (s *shape) isInt() bool { return strings.HasPrefix(s.Kind, "int") }

// difference returns what the app is to change a value by that it may become
// another one. Of a struct, that is some of the fields.
func (s *shape) difference(r *rand.Rand, from, to any) any {
	switch {
	case s.isInt():
		return json.Number(fmt.Sprint(whole(to) - whole(from)))
	case s.Kind == "struct":
		fields := to.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if r.IntN(2) == 0 {
				delete(fields, name)
			}
		}
	}
	return to
}

// changed returns what the app makes of a value when it changes it.
func (s *shape) changed(value, by any) any {
	switch {
	case s.isInt():
		return json.Number(fmt.Sprint(whole(value) + whole(by)))
	case s.Kind == "list":
		list, _ := value.([]any)
		return slices.Concat(list, by.([]any))
	case s.Kind == "struct" || s.Kind == "map":
		elems := map[string]any{}
		if value != nil {
			maps.Copy(elems, value.(map[string]any))
		}
		maps.Copy(elems, by.(map[string]any))
		return elems
	}
	return by
}

// whole returns an integer, 0 for nil.
func whole(value any) int64 {
	if value == nil {
		return 0
	}
	n, err := value.(json.Number).Int64()
	if err != nil {
		panic(err)
	}
	return n
}

// ranges are those of the kinds of numbers: what stands further up is narrower. Those
// of floating-point numbers are of quarters, which are exact in all of them.
var ranges = []struct {
	kind        string
	least, most int64
}{
	{"uint8", 0, math.MaxUint8}, {"uint16", 0, math.MaxUint16}, {"uint32", 0, math.MaxUint32}, {"uint64", 0, math.MaxInt64},
	{"int8", math.MinInt8, math.MaxInt8}, {"int16", math.MinInt16, math.MaxInt16}, {"int32", math.MinInt32, math.MaxInt32},
	{"int64", math.MinInt64, math.MaxInt64}, {"int", math.MinInt64, math.MaxInt64},
	{"float32", -1 << 24, 1 << 24}, {"float64", -1 << 53, 1 << 53},
}

// random returns a value of this shape. Its numbers are such that the other shapes,
// of the same variable in other versions, hold them, too.
func (s *shape) random(r *rand.Rand, others []*shape) any {
	inner := func(of func(*shape) *shape) (list []*shape) {
		for _, other := range others {
			if part := of(other); part != nil {
				list = append(list, part)
			}
		}
		return list
	}
	elem := func() any { return s.Elem.random(r, inner(func(o *shape) *shape { return o.Elem })) }
	switch s.Kind {
	case "struct":
		v := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
			v[name] = s.Fields[name].random(r, inner(func(o *shape) *shape { return o.Fields[name] }))
		}
		return v
	case "list":
		v := []any{}
		for range r.IntN(4) {
			v = append(v, elem())
		}
		return v
	case "map":
		v := map[string]any{}
		for range r.IntN(4) {
			v[word(r)] = elem()
		}
		return v
	}
	for _, n := range ranges {
		if n.kind == s.Kind || slices.ContainsFunc(others, func(o *shape) bool { return o.Kind == n.kind }) {
			return number(r, n.kind, n.least, n.most)
		}
	}
	switch s.Kind {
	case "string":
		return word(r)
	case "bool":
		return r.IntN(2) == 0
	case "time":
		return time.Unix(r.Int64N(1<<32), 0).UTC().Format(time.RFC3339)
	case "bytes":
		return base64.StdEncoding.EncodeToString([]byte(word(r)))
	case "any":
		return []any{word(r), json.Number(fmt.Sprint(r.IntN(100))), true, []any{"a", nil}, map[string]any{"b": false}}[r.IntN(5)]
	}
	panic("what is " + s.Kind + "?")
}

// number returns a number of a kind, often one at the end of its range.
func number(r *rand.Rand, kind string, least, most int64) json.Number {
	n := []int64{least, most, 0, int64(r.IntN(100))}[r.IntN(4)]
	if strings.HasPrefix(kind, "float") {
		return json.Number(strconv.FormatFloat(float64(n)/4, 'f', -1, 64))
	}
	return json.Number(fmt.Sprint(n))
}

func word(r *rand.Rand) string {
	return []string{"", "tea", "Ærø", "a longer text, with 'quotes' and \\", "<&>", fmt.Sprint(r.IntN(1000))}[r.IntN(6)]
}
