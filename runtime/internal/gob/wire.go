package gob

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A gob stream is a row of messages, each behind its length. A message that
// describes a type begins with the negated id of the type. A message that holds
// a value begins with the id of the value's type, followed by a zero byte
// unless the type is a struct. The documentation of encoding/gob says what the
// ids and the elements look like.

// Ids that encoding/gob gives to the types that need no description.
const (
	idBool      = 1
	idInt       = 2
	idUint      = 3
	idFloat     = 4
	idBytes     = 5
	idString    = 6
	idComplex   = 7
	idInterface = 8
)

// firstID is the id of the first type that a stream describes. encoding/gob
// itself numbers types in the order in which the process meets them, from 64 or
// 65 on.
const firstID = 65

// reservedIDs is the number of ids, from 0 on, under which a stream describes
// no type.
const reservedIDs = 64

func appendUint(dst []byte, x uint64) []byte {
	if x <= 0x7f {
		return append(dst, byte(x))
	}
	var b [9]byte
	binary.BigEndian.PutUint64(b[1:], x)
	skip := bits.LeadingZeros64(x) / 8
	b[skip] = byte(skip - 8) // the number of bytes that follow, negated
	return append(dst, b[skip:]...)
}

func takeUint(data string) (x uint64, rest string, ok bool) {
	if len(data) == 0 {
		return 0, "", false
	}
	if data[0] <= 0x7f {
		return uint64(data[0]), data[1:], true
	}
	n := -int(int8(data[0]))
	if n > 8 || n >= len(data) {
		return 0, "", false
	}
	for i := range n {
		x = x<<8 | uint64(data[1+i])
	}
	return x, data[1+n:], true
}

// appendInt puts the sign into the lowest bit, which is set for a complement.
func appendInt(dst []byte, i int64) []byte { return appendUint(dst, uint64(i<<1)^uint64(i>>63)) }

func takeInt(data string) (i int64, rest string, ok bool) {
	x, rest, ok := takeUint(data)
	return int64(x>>1) ^ -int64(x&1), rest, ok
}

// appendFloat reverses the bytes of f, so that round numbers are short.
func appendFloat(dst []byte, f float64) []byte {
	return appendUint(dst, bits.ReverseBytes64(math.Float64bits(f)))
}

func takeFloat(data string) (f float64, rest string, ok bool) {
	x, rest, ok := takeUint(data)
	return math.Float64frombits(bits.ReverseBytes64(x)), rest, ok
}

func appendComplex(dst []byte, c complex128) []byte {
	return appendFloat(appendFloat(dst, real(c)), imag(c))
}

func takeComplex(data string) (c complex128, rest string, ok bool) {
	re, rest, ok := takeFloat(data)
	if !ok {
		return 0, "", false
	}
	im, rest, ok := takeFloat(rest)
	return complex(re, im), rest, ok
}

func appendBytes[B ~[]byte | ~string](dst []byte, b B) []byte {
	return append(appendUint(dst, uint64(len(b))), b...)
}

// takeBytes returns the bytes that follow their length. A message has this
// form, too.
func takeBytes(data string) (b, rest string, ok bool) {
	n, rest, ok := takeUint(data)
	if !ok || n > uint64(len(rest)) {
		return "", "", false
	}
	return rest[:n], rest[n:], true
}

// takeCount returns how many elements follow. Each element has at least one
// byte, so a count that the data does not bear out is refused before any memory
// is reserved.
func takeCount(data string) (n int, rest string, ok bool) {
	x, rest, ok := takeUint(data)
	if !ok || x > uint64(len(rest)) {
		return 0, "", false
	}
	return int(x), rest, true
}

// beginMessage leaves a byte for the length of the message. endMessage puts the
// length there, and makes room if the length needs more bytes.
func beginMessage(dst []byte) (_ []byte, at int) { return append(dst, 0), len(dst) }

func endMessage(dst []byte, at int) []byte {
	n := len(dst) - at - 1
	if n <= 0x7f {
		dst[at] = byte(n)
		return dst
	}
	var b [9]byte
	length := appendUint(b[:0], uint64(n))
	dst = append(dst, length[1:]...)
	copy(dst[at+len(length):], dst[at+1:at+1+n])
	copy(dst[at:], length)
	return dst
}
