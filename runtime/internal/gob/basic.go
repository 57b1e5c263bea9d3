package gob

import "reflect"

// The codecs of basic kinds write, byte for byte, what encoding/gob writes, and
// are compiled for their kind. For a T that marshals itself, each is the same
// as [Of].

// Bool returns a codec for T that does what the codec of [Of] does.
func Bool[T ~bool]() Codec[T] {
	return basic(boolean,
		func(dst []byte, v T) []byte {
			if v {
				return append(dst, 1)
			}
			return append(dst, 0)
		},
		func(data string) (T, string, bool) {
			x, rest, ok := takeUint(data)
			return x != 0, rest, ok
		})
}

// Int returns a codec for T that does what the codec of [Of] does.
func Int[T ~int | ~int8 | ~int16 | ~int32 | ~int64]() Codec[T] {
	return basic(integer,
		func(dst []byte, v T) []byte { return appendInt(dst, int64(v)) },
		func(data string) (T, string, bool) {
			x, rest, ok := takeInt(data)
			return T(x), rest, ok && int64(T(x)) == x
		})
}

// Uint returns a codec for T that does what the codec of [Of] does.
func Uint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr]() Codec[T] {
	return basic(unsigned,
		func(dst []byte, v T) []byte { return appendUint(dst, uint64(v)) },
		func(data string) (T, string, bool) {
			x, rest, ok := takeUint(data)
			return T(x), rest, ok && uint64(T(x)) == x
		})
}

// Float returns a codec for T that does what the codec of [Of] does.
func Float[T ~float32 | ~float64]() Codec[T] {
	return basic(floating,
		func(dst []byte, v T) []byte { return appendFloat(dst, float64(v)) },
		func(data string) (T, string, bool) {
			x, rest, ok := takeFloat(data)
			// A number that T can't hold, and a NaN, are rare, and left to
			// decodeForeign.
			return T(x), rest, ok && float64(T(x)) == x
		})
}

// Complex returns a codec for T that does what the codec of [Of] does.
func Complex[T ~complex64 | ~complex128]() Codec[T] {
	return basic(complexNumber,
		func(dst []byte, v T) []byte { return appendComplex(dst, complex128(v)) },
		func(data string) (T, string, bool) {
			x, rest, ok := takeComplex(data)
			return T(x), rest, ok && complex128(T(x)) == x
		})
}

// String returns a codec for T that does what the codec of [Of] does.
func String[T ~string]() Codec[T] {
	return basic(text, appendBytes[T],
		func(data string) (T, string, bool) {
			b, rest, ok := takeBytes(data)
			return T(b), rest, ok
		})
}

// Bytes returns a codec for T that does what the codec of [Of] does.
func Bytes[T ~[]byte]() Codec[T] {
	return basic(octets, appendBytes[T],
		func(data string) (T, string, bool) {
			b, rest, ok := takeBytes(data)
			if len(b) == 0 {
				return nil, rest, ok // as with encoding/gob
			}
			v := make(T, len(b)) // a conversion takes longer
			copy(v, b)
			return v, rest, ok
		})
}

// basicCodec is a codec of values that need no description.
type basicCodec[T any] struct {
	id     byte
	append func(dst []byte, v T) []byte
	take   func(data string) (v T, rest string, ok bool)
}

func basic[T any](s shape, append func([]byte, T) []byte, take func(string) (T, string, bool)) Codec[T] {
	if stream := newStream(reflect.TypeFor[T]()); stream == nil || stream.typ.shape != s {
		return Of[T]()
	}
	return basicCodec[T]{byte(s) << 1, append, take}
}

func (basicCodec[T]) Format() string { return "gob" }

func (c basicCodec[T]) Append(dst []byte, v *T) ([]byte, error) {
	at := len(dst)
	dst = append(dst, 0, c.id, 0)
	return endMessage(c.append(dst, *v), at), nil
}

func (c basicCodec[T]) Decode(data string, v *T) error {
	message, rest, ok := takeBytes(data)
	if ok && len(rest) == 0 && len(message) > 2 && message[0] == c.id && message[1] == 0 {
		value, rest, ok := c.take(message[2:])
		if ok && len(rest) == 0 {
			*v = value
			return nil
		}
	}
	return decodeForeign(data, reflect.ValueOf(v))
}
