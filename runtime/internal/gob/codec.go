package gob

import "reflect"

// A Codec turns values of type T into bytes and back. It never changes, so many
// goroutines can use it.
type Codec[T any] interface {
	// Append appends the encoding of *v to dst.
	Append(dst []byte, v *T) ([]byte, error)

	// Decode sets *v, which is the zero value, to what data encodes. It
	// refuses trailing bytes. Strings in *v may be parts of data.
	Decode(data string, v *T) error

	// Format returns "gob".
	Format() string
}

// Of returns the codec of any T. For a T that encoding/gob refuses, Append and
// Decode return an error.
//
// A nil pointer in a slice, array or map is an error. A value that is part of
// itself, or nested deeper than 10,000, is an error unless its type is left to
// encoding/gob. A panic of a type's own method is an error, too.
func Of[T any]() Codec[T] { return streamCodec[T]{newStream(reflect.TypeFor[T]())} }

type streamCodec[T any] struct{ *stream }

func (streamCodec[T]) Format() string { return "gob" }

func (c streamCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	if c.stream == nil {
		return appendFresh(dst, reflect.ValueOf(v))
	}
	return c.append(dst, reflect.ValueOf(v).Elem())
}

func (c streamCodec[T]) Decode(data string, v *T) error {
	at := reflect.ValueOf(v)
	if c.stream == nil {
		return decodeFresh(data, at)
	}
	return c.decode(data, at)
}
