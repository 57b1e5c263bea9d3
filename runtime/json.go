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
	n := jsonNesting{parts: map[reflect.Type]jsonPart{}}
	n.look(reflect.TypeFor[T]())
	return jsonCodec[T]{n}
}

type jsonCodec[T any] struct{ jsonNesting }

func (jsonCodec[T]) Format() string { return "json" }

func (c jsonCodec[T]) Append(dst []byte, v *T) (_ []byte, err error) {
	defer recoverPanic(&err)
	if c.overflows(reflect.ValueOf(v).Elem(), true, maxJSONStack) {
		return nil, errJSONDeep
	}
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
