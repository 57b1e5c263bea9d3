package runtime

import (
	"strings"
	"unsafe"
)

// maxShared is the size up to which the plaintexts of a session share one
// string. A value's strings are parts of it, and keep it in memory for as long
// as they live: all small plaintexts of the session, but no large one.
const maxShared = 1 << 10

// An opener opens what the store holds of a session. Plaintexts become strings,
// which nobody can change, so that values can be parts of them. An opener is good
// until its scratch is put back.
type opener struct {
	vault   *vault
	scratch *scratch
	shared  strings.Builder // the small plaintexts
}

// reserve makes room for what is in variables.
func (o *opener) reserve(found []stored) {
	length := 0
	for _, f := range found {
		if n := len(f.value) - sealOverhead; n > 0 && n <= maxShared {
			length += n
		}
	}
	o.shared.Grow(length)
}

// open appends the plaintext of what is stored under the session's key with
// this suffix to dst.
func (o *opener) open(dst []byte, suffix string, value []byte) ([]byte, error) {
	o.scratch.key = append(append(o.scratch.key[:0], o.vault.key...), suffix...)
	return o.vault.seals.open(dst, o.scratch.key, value)
}

// record opens the record, which most likely lists the names of the usual
// list.
func (o *opener) record(value []byte, usual nameList) (record, error) {
	plaintext, err := o.open(o.scratch.text[:0], "", value)
	if err != nil {
		return record{}, err
	}
	o.scratch.text = plaintext
	return decodeRecord(plaintext, usual)
}

// variable opens a variable.
func (o *opener) variable(suffix string, value []byte) (body, error) {
	plaintext, err := o.plaintext(suffix, value)
	if err != nil {
		return "", err
	}
	b := body(plaintext)
	if err := b.check(); err != nil {
		return "", err
	}
	return b, nil
}

func (o *opener) plaintext(suffix string, value []byte) (string, error) {
	if len(value)-sealOverhead > maxShared {
		plaintext, err := o.open(nil, suffix, value)
		return asString(plaintext), err
	}
	plaintext, err := o.open(o.scratch.text[:0], suffix, value)
	if err != nil {
		return "", err
	}
	o.scratch.text = plaintext
	start := o.shared.Len()
	o.shared.Write(plaintext)
	return o.shared.String()[start:], nil
}

// asString returns b as a string without a copy, which would cost a large value
// as much again. Nobody may change b from then on.
func asString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
