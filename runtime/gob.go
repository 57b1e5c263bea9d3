package runtime

import (
	"encoding"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// Gob is for generated code. It returns the codec that stores a T as a complete
// encoding/gob stream.
//
// It writes and reads the wire form of gob itself, because encoding/gob would
// compile an engine for every value: an Encoder or Decoder serves one stream.
// What it writes depends on the value and the shape of its type alone, not on
// the process or the names of types; encoding/gob reads it. It reads what
// encoding/gob or another declaration of T has written by the rules of
// encoding/gob: fields go by their names, those that T does not have are
// skipped, and numbers may have another size if they fit. It leaves to
// encoding/gob only types that hold interfaces, and some that marshal
// themselves in odd ways.
//
// A nil pointer in a slice, array or map is an error. A value that is part of
// itself, or nested deeper than 10,000, is an error unless its type is left to
// encoding/gob. A panic of a type's own method is an error, too.
func Gob[T any]() Codec[T] { return gob.Of[T]() }

// The codecs of basic kinds write, byte for byte, what encoding/gob writes, and
// are compiled for their kind. For a T that marshals itself each is the same as
// [Gob].

// GobBool is for generated code. It returns the codec that stores a T as [Gob]
// does.
func GobBool[T ~bool]() Codec[T] { return gob.Bool[T]() }

// GobInt is for generated code. It returns the codec that stores a T as [Gob]
// does.
func GobInt[T ~int | ~int8 | ~int16 | ~int32 | ~int64]() Codec[T] { return gob.Int[T]() }

// GobUint is for generated code. It returns the codec that stores a T as [Gob]
// does.
func GobUint[T ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr]() Codec[T] {
	return gob.Uint[T]()
}

// GobFloat is for generated code. It returns the codec that stores a T as [Gob]
// does.
func GobFloat[T ~float32 | ~float64]() Codec[T] { return gob.Float[T]() }

// GobComplex is for generated code. It returns the codec that stores a T as
// [Gob] does.
func GobComplex[T ~complex64 | ~complex128]() Codec[T] { return gob.Complex[T]() }

// GobString is for generated code. It returns the codec that stores a T as
// [Gob] does.
func GobString[T ~string]() Codec[T] { return gob.String[T]() }

// GobBytes is for generated code. It returns the codec that stores a T as [Gob]
// does.
func GobBytes[T ~[]byte]() Codec[T] { return gob.Bytes[T]() }

// GobTime is for generated code. It returns the codec that stores a time as [Gob]
// does.
func GobTime() Codec[time.Time] { return gob.Time() }

// GobBinary is for generated code. It returns the codec that stores a T, which
// marshals itself, as [Gob] does. If T has GobEncode, too, gob prefers that, and
// so does the codec.
func GobBinary[T any, P binaryPointer[T]]() Codec[T] { return gob.Binary[T, P]() }

type binaryPointer[T any] interface {
	*T
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}
