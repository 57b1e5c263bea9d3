package runtime

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// kind is the first byte of every plaintext.
type kind byte

const (
	kindValue  kind = 1 // fingerprint, encoding
	kindTTL    kind = 2 // fingerprint, deadline, encoding
	kindUnset  kind = 3 // the variable was cleared
	kindEnded  kind = 4 // the session was renewed: the id is dead
	kindRecord kind = 5 // the record of a living session
)

// A body is the plaintext of one variable: a kind; for a value the
// fingerprint of its stored shape; for one with a ttl its deadline in Unix
// milliseconds; then its encoding.
type body string

const (
	unsetBody = body(rune(kindUnset))
	endedBody = body(rune(kindEnded))
)

var errBody = errors.New("malformed value")

const (
	deadlineAt  = 1 + len(gob.Fingerprint{})
	deadlineLen = 8
)

// appendBodyHead appends what stands before the encoding. A zero deadline
// means none.
func appendBodyHead(dst []byte, print gob.Fingerprint, deadline time.Time) []byte {
	if deadline.IsZero() {
		return append(append(dst, byte(kindValue)), print[:]...)
	}
	dst = append(append(dst, byte(kindTTL)), print[:]...)
	return binary.BigEndian.AppendUint64(dst, uint64(momentOf(deadline)))
}

// check tells whether b is well-formed. The other methods are for those that
// are.
func (b body) check() error {
	switch {
	case len(b) == 1 && (b.kind() == kindUnset || b.kind() == kindEnded),
		len(b) >= deadlineAt && b.kind() == kindValue,
		len(b) >= deadlineAt+deadlineLen && b.kind() == kindTTL:
		return nil
	}
	return errBody
}

// kind returns 0 for a body that is not there.
func (b body) kind() kind {
	if len(b) == 0 {
		return 0
	}
	return kind(b[0])
}

func (b body) ended() bool { return b.kind() == kindEnded }

func (b body) hasValue() bool { return b.kind() == kindValue || b.kind() == kindTTL }

func (b body) print() gob.Fingerprint { return gob.Fingerprint([]byte(b[1:deadlineAt])) }

// deadline returns the zero time for a value without one.
func (b body) deadline() time.Time {
	if b.kind() != kindTTL {
		return time.Time{}
	}
	return moment(binary.BigEndian.Uint64([]byte(b[deadlineAt : deadlineAt+deadlineLen]))).time()
}

// valueAt tells whether b is a value whose deadline, if it has one, is not
// over at now.
func (b body) valueAt(now time.Time) bool {
	return b.hasValue() && (b.kind() != kindTTL || now.Before(b.deadline()))
}

func (b body) encoding() string {
	if b.kind() == kindTTL {
		return string(b[deadlineAt+deadlineLen:])
	}
	return string(b[deadlineAt:])
}
