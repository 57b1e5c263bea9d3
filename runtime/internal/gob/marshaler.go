package gob

import (
	"encoding"
	"reflect"
	"time"

	"github.com/google/uuid"
)

// Time returns a codec for a time that does what the codec of [Of] does.
func Time() Codec[time.Time] { return timeCodec{newStream(reflect.TypeFor[time.Time]())} }

type timeCodec struct{ *stream }

func (timeCodec) Format() string { return "gob" }

func (c timeCodec) Append(dst []byte, v *time.Time) ([]byte, error) {
	dst, at := c.begin(dst)
	length := len(dst)
	dst, err := v.AppendBinary(append(dst, 0))
	if err != nil {
		return nil, err
	}
	dst[length] = byte(len(dst) - length - 1) // 15 or 16
	return endMessage(dst, at), nil
}

func (c timeCodec) Decode(data string, v *time.Time) error {
	if body, ok := c.body(data); ok {
		b, rest, ok := takeBytes(body)
		if ok && len(rest) == 0 && v.UnmarshalBinary([]byte(b)) == nil {
			return nil
		}
	}
	return decodeForeign(data, reflect.ValueOf(v))
}

// Binary returns a codec for T, which marshals itself, that does what the codec
// of [Of] does. If T has GobEncode, too, gob prefers GobEncode, and so does the
// codec.
func Binary[T any, P binaryPointer[T]]() Codec[T] {
	s := newStream(reflect.TypeFor[T]())
	if s == nil || s.typ.shape != byMarshalBinary {
		return Of[T]()
	}
	return binaryCodec[T, P]{s}
}

type binaryPointer[T any] interface {
	*T
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

type binaryCodec[T any, P binaryPointer[T]] struct{ *stream }

func (binaryCodec[T, P]) Format() string { return "gob" }

func (c binaryCodec[T, P]) Append(dst []byte, v *T) ([]byte, error) {
	data, err := marshalBinary(P(v))
	if err != nil {
		return nil, err
	}
	dst, at := c.begin(dst)
	return endMessage(appendBytes(dst, data), at), nil
}

func (c binaryCodec[T, P]) Decode(data string, v *T) error {
	if body, ok := c.body(data); ok {
		b, rest, ok := takeBytes(body)
		if ok && len(rest) == 0 && unmarshalBinary(P(v), b) == nil {
			return nil
		}
	}
	return decodeForeign(data, reflect.ValueOf(v))
}

func marshalBinary(m encoding.BinaryMarshaler) (_ []byte, err error) {
	defer recoverPanic(&err)
	return m.MarshalBinary()
}

func unmarshalBinary(m encoding.BinaryUnmarshaler, data string) (err error) {
	defer recoverPanic(&err)
	if id, ok := m.(*uuid.UUID); ok {
		return id.UnmarshalBinary([]byte(data)) // not through m: this copy stays on the stack
	}
	return m.UnmarshalBinary([]byte(data))
}
