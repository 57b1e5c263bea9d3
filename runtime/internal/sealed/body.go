package sealed

import (
	"encoding/binary"
	"errors"
	"time"
)

// A kind is the first byte of every plaintext.
type kind byte

const (
	kindValue  kind = 1 // fingerprint, encoding
	kindTTL    kind = 2 // fingerprint, deadline, encoding
	kindUnset  kind = 3 // the variable was cleared
	kindEnded  kind = 4 // the session was renewed: the id is dead
	kindRecord kind = 5 // the record of a living session

	kindAccount kind = 6 // the list of an account's sessions
)

// A Body is the plaintext of one variable. It begins with its kind. If it is a
// value, the fingerprint of the value's stored shape follows, then the deadline
// in Unix milliseconds if the value has a ttl, and then the value's encoding.
type Body string

// The marks of a variable that has no value.
const (
	Unset = Body(rune(kindUnset)) // it was cleared
	Ended = Body(rune(kindEnded)) // the session was renewed: the id is dead
)

var errBody = errors.New("malformed value")

// PrintLength is the length of a fingerprint in bytes.
const PrintLength = 4

const (
	deadlineAt  = 1 + PrintLength
	deadlineLen = 8
)

// AppendHead appends what stands before the encoding of a value. A zero
// deadline means that the value has none.
func AppendHead(dst []byte, print [PrintLength]byte, deadline time.Time) []byte {
	if deadline.IsZero() {
		return append(append(dst, byte(kindValue)), print[:]...)
	}
	dst = append(append(dst, byte(kindTTL)), print[:]...)
	return binary.BigEndian.AppendUint64(dst, uint64(MomentOf(deadline)))
}

// check returns an error if b is malformed. The other methods are for
// well-formed bodies.
func (b Body) check() error {
	switch {
	case len(b) == 1 && (b.kind() == kindUnset || b.kind() == kindEnded),
		len(b) >= deadlineAt && b.kind() == kindValue,
		len(b) >= deadlineAt+deadlineLen && b.kind() == kindTTL:
		return nil
	}
	return errBody
}

// kind returns the kind of b, or 0 if b is empty because there is no body.
func (b Body) kind() kind {
	if len(b) == 0 {
		return 0
	}
	return kind(b[0])
}

// IsEnded tells whether b is the mark [Ended].
func (b Body) IsEnded() bool { return b.kind() == kindEnded }

// HasValue tells whether b is a value, even if its deadline is over.
func (b Body) HasValue() bool { return b.kind() == kindValue || b.kind() == kindTTL }

// Print returns the fingerprint of a value.
func (b Body) Print() [PrintLength]byte { return [PrintLength]byte([]byte(b[1:deadlineAt])) }

// Deadline returns the deadline of a value, or the zero time if the value has
// none.
func (b Body) Deadline() time.Time {
	if b.kind() != kindTTL {
		return time.Time{}
	}
	return Moment(binary.BigEndian.Uint64([]byte(b[deadlineAt : deadlineAt+deadlineLen]))).Time()
}

// ValueAt tells whether b is a value whose deadline, if it has one, is not
// over at now.
func (b Body) ValueAt(now time.Time) bool {
	return b.HasValue() && (b.kind() != kindTTL || now.Before(b.Deadline()))
}

// Encoding returns the encoding of a value, which is a part of b.
func (b Body) Encoding() string {
	if b.kind() == kindTTL {
		return string(b[deadlineAt+deadlineLen:])
	}
	return string(b[deadlineAt:])
}
