package runtime

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"reflect"
)

// A Codec turns the values of one variable into bytes and back. Generated
// code chooses it by the field's type and tag. A Codec is safe for use by
// several goroutines.
type Codec[T any] interface {
	// Append appends the encoding of *v to dst.
	Append(dst []byte, v *T) ([]byte, error)

	// Decode sets *v, which is the zero value, to what data encodes. It
	// refuses trailing bytes and does not keep data.
	Decode(data []byte, v *T) error

	// Format names the encoding. Values of different formats never mix.
	Format() string
}

// Gob returns the codec that stores a T as a complete encoding/gob stream.
func Gob[T any]() Codec[T] { return gobCodec[T]{} }

// JSON returns the codec that stores a T as encoding/json does.
func JSON[T any]() Codec[T] { return jsonCodec[T]{} }

var (
	errTrailing = errors.New("trailing bytes")
	errNil      = errors.New("nil pointer can't be stored")
)

type gobCodec[T any] struct{}

func (gobCodec[T]) Format() string { return "gob" }

// Append hands gob a pointer to the value, so that methods with a pointer
// receiver are found; and not more than one pointer, because gob panics on a
// pointer to a pointer that marshals itself.
func (gobCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	at := reflect.ValueOf(v)
	for at.Elem().Kind() == reflect.Pointer {
		if at = at.Elem(); at.IsNil() {
			return nil, errNil
		}
	}
	b := bytes.NewBuffer(dst)
	if err := gob.NewEncoder(b).EncodeValue(at); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (gobCodec[T]) Decode(data []byte, v *T) error {
	at := reflect.ValueOf(v)
	for at.Elem().Kind() == reflect.Pointer {
		at.Elem().Set(reflect.New(at.Elem().Type().Elem()))
		at = at.Elem()
	}
	// A bytes.Reader is an io.ByteReader, so gob reads no further than it
	// needs, and what is left is visible.
	r := bytes.NewReader(data)
	if err := gob.NewDecoder(r).DecodeValue(at); err != nil {
		return err
	}
	if r.Len() != 0 {
		return errTrailing
	}
	return nil
}

type jsonCodec[T any] struct{}

func (jsonCodec[T]) Format() string { return "json" }

func (jsonCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(dst, data...), nil
}

func (jsonCodec[T]) Decode(data []byte, v *T) error { return json.Unmarshal(data, v) }
