package runtime

import (
	"encoding/json"
	"fmt"
)

// A Codec is for generated code, which chooses it by the field's type and tag. It
// turns the values of one variable into bytes and back. It is safe for use by
// several goroutines.
type Codec[T any] interface {
	// Append appends the encoding of *v to dst.
	Append(dst []byte, v *T) ([]byte, error)

	// Decode sets *v, which is the zero value, to what data encodes. It
	// refuses trailing bytes. Strings in *v may be parts of data.
	Decode(data string, v *T) error

	// Format names the encoding. Values of different formats never mix.
	Format() string
}

// JSON is for generated code. It returns the codec that stores a T as
// encoding/json does. A panic of a type's own method is an error.
func JSON[T any]() Codec[T] { return jsonCodec[T]{} }

type jsonCodec[T any] struct{}

func (jsonCodec[T]) Format() string { return "json" }

func (jsonCodec[T]) Append(dst []byte, v *T) (_ []byte, err error) {
	defer recoverPanic(&err)
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(dst, data...), nil
}

func (jsonCodec[T]) Decode(data string, v *T) (err error) {
	defer recoverPanic(&err)
	return json.Unmarshal([]byte(data), v)
}

// recoverPanic turns a panic of a type's own method into an error.
func recoverPanic(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
