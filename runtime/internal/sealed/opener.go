package sealed

import (
	"slices"
	"unsafe"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// maxShared is the size, in bytes, up to which the plaintexts of a session
// share one string. The strings in a value are parts of the shared string, and
// keep it in memory for as long as they live: all small plaintexts of the
// session, but no large one.
const maxShared = 1 << 10

// An Opener opens what the store holds of a session. Plaintexts become strings,
// which nobody can change, so that values can be parts of them. An Opener must
// not be used after its Scratch was put back.
type Opener struct {
	vault   *Vault
	scratch *Scratch
	shared  []byte // the small plaintexts: strings, whose bytes stay as they are
}

// NewOpener returns an opener for a record, and for what was found beside it:
// variables, and perhaps the account.
func NewOpener(v *Vault, s *Scratch, others []kv.Found) Opener {
	v.Prepare()
	s.key = append(s.key[:0], v.Key...)
	length := 0
	for i := range others {
		if n := len(others[i].Value) - Overhead; n > 0 && n <= maxShared {
			length += n
		}
	}
	return Opener{v, s, make([]byte, 0, length)}
}

// key returns the key with this suffix, until the next call.
func (o *Opener) key(suffix string) []byte {
	o.scratch.key = append(o.scratch.key[:len(o.vault.Key)], suffix...)
	return o.scratch.key
}

// Record opens the record of a session with these variables, or the mark that it
// was renewed. The first one that opens settles with which of the app's keys the
// session is sealed. The error is [ErrRecord] if value opens, but is no record.
func (o *Opener) Record(value []byte, of *Declared) (Record, error) {
	mark, successor := MarkOf(value)
	open := func() ([]byte, error) {
		if mark == EndedMark {
			return o.vault.seals.openEnded(o.scratch.Text[:0], o.vault.Key, successor, value)
		}
		return o.vault.seals.open(o.scratch.Text[:0], o.key(""), value)
	}
	plaintext, err := open()
	for err != nil && o.vault.next() {
		plaintext, err = open()
	}
	if err != nil {
		return Record{}, err
	}
	o.vault.settle()
	o.scratch.Text = plaintext
	r, err := decodeRecord(plaintext, of)
	if err == nil && r.Ended != (mark == EndedMark) {
		err = ErrRecord
	}
	r.Successor = successor
	return r, err
}

// Account opens the account that the session belongs to. The record must have been
// opened before.
func (o *Opener) Account(value []byte) (AccountText, error) {
	a := o.vault.account
	if a == nil {
		return "", errSealBroken
	}
	return checked(o.plaintext(a.seals, asBytes(a.Key), value))
}

// Variable opens a variable.
func (o *Opener) Variable(suffix string, value []byte) (Body, error) {
	plaintext, err := o.plaintext(o.vault.seals, o.key(suffix), value)
	if err != nil {
		return "", err
	}
	b := Body(Text(plaintext))
	if err := b.check(); err != nil {
		return "", err
	}
	return b, nil
}

// plaintext opens a value. Nothing else refers to the bytes that it returns.
func (o *Opener) plaintext(s sealer, key, value []byte) ([]byte, error) {
	if len(value)-Overhead > maxShared {
		return s.open(nil, key, value)
	}
	shared, err := s.open(o.shared, key, value)
	if err != nil {
		return nil, err
	}
	plaintext := slices.Clip(shared[len(o.shared):])
	o.shared = shared
	return plaintext, nil
}

// asBytes returns s as bytes without a copy. Nobody may change them.
func asBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Text returns b as a string without a copy, because the copy of a large value
// would take as much memory again. Nobody may change b from then on.
func Text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
