package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// maxJSONDepth is how deep encoding/json reads arrays and objects in one
// another. It writes any depth.
const maxJSONDepth = 10_000

var (
	errJSONDeep   = fmt.Errorf("nested deeper than %d", maxJSONDepth)
	errJSONNumber = errors.New("a number in an interface is too large for a float64, which it would be read as")
)

// JSON is for generated code. It returns the codec that stores a T as
// encoding/json does. What encoding/json would write, but not read, is an
// error: a value nested deeper than 10,000, and a number in an interface that
// no float64 holds. A panic of a type's own method is an error.
func JSON[T any]() Codec[T] {
	return jsonCodec[T]{holdsInterface(reflect.TypeFor[T](), map[reflect.Type]bool{})}
}

type jsonCodec[T any] struct {
	interfaces bool // there may be some in a T
}

func (jsonCodec[T]) Format() string { return "json" }

func (c jsonCodec[T]) Append(dst []byte, v *T) (_ []byte, err error) {
	defer recoverPanic(&err)
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	if err := c.check(data); err != nil {
		return nil, err
	}
	return append(dst, data...), nil
}

// check returns an error if Decode would not read data.
func (c jsonCodec[T]) check(data []byte) error {
	if !c.interfaces && len(data) <= 2*maxJSONDepth {
		return nil // too short for a bracket more on both sides
	}
	depth, large := measure(data)
	if depth > maxJSONDepth {
		return errJSONDeep
	}
	// The number may be one that a type of its own reads.
	if c.interfaces && large && json.Unmarshal(data, new(T)) != nil {
		return errJSONNumber
	}
	return nil
}

func (jsonCodec[T]) Decode(data string, v *T) (err error) {
	defer recoverPanic(&err)
	return json.Unmarshal([]byte(data), v)
}

// holdsInterface tells whether encoding/json may meet an interface in a t. Seen
// are the types that it is a part of, and those that were asked for before.
func holdsInterface(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsInterface(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if holdsInterface(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}
