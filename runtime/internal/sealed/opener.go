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

// NewOpener returns an opener for a record and these variables.
func NewOpener(v *Vault, s *Scratch, variables []kv.Found) Opener {
	v.Prepare()
	s.key = append(s.key[:0], v.Key...)
	length := 0
	for i := range variables {
		if n := len(variables[i].Value) - Overhead; n > 0 && n <= maxShared {
			length += n
		}
	}
	return Opener{v, s, make([]byte, 0, length)}
}

// open appends the plaintext of what is stored under the session's key with
// this suffix to dst.
func (o *Opener) open(dst []byte, suffix string, value []byte) ([]byte, error) {
	o.scratch.key = append(o.scratch.key[:len(o.vault.Key)], suffix...)
	return o.vault.seals.open(dst, o.scratch.key, value)
}

// Record opens the record of a session with these variables. The error is
// [ErrRecord] if value opens, but is no record.
func (o *Opener) Record(value []byte, of *Declared) (Record, error) {
	plaintext, err := o.open(o.scratch.Text[:0], "", value)
	if err != nil {
		return Record{}, err
	}
	o.scratch.Text = plaintext
	return decodeRecord(plaintext, of)
}

// Variable opens a variable.
func (o *Opener) Variable(suffix string, value []byte) (Body, error) {
	plaintext, err := o.plaintext(suffix, value)
	if err != nil {
		return "", err
	}
	b := Body(Text(plaintext))
	if err := b.check(); err != nil {
		return "", err
	}
	return b, nil
}

// plaintext opens a variable. Nothing else refers to the bytes that it returns.
func (o *Opener) plaintext(suffix string, value []byte) ([]byte, error) {
	if len(value)-Overhead > maxShared {
		return o.open(nil, suffix, value)
	}
	shared, err := o.open(o.shared, suffix, value)
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
