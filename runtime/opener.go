package runtime

import "strings"

// sharedText is the size up to which plaintexts share one string: the most that
// a string in a small variable keeps in memory, beside other small ones, after
// its request.
const sharedText = 1 << 10

// An opener opens what the store holds of a session. Plaintexts become strings,
// which nobody can change, so that values can be parts of them. An opener is good
// until its scratch is put back.
type opener struct {
	vault   *vault
	scratch *scratch
	texts   strings.Builder // the plaintexts that share a string
}

// reserve makes room for what is in variables.
func (o *opener) reserve(found []stored) {
	length := 0
	for _, f := range found {
		if n := len(f.value) - sealOverhead; n > 0 && n <= sharedText {
			length += n
		}
	}
	o.texts.Grow(length)
}

// open returns the plaintext of what is stored under the session's key with
// this suffix. It is good until the next one.
func (o *opener) open(suffix string, value []byte) ([]byte, error) {
	key := append(append(o.scratch.key[:0], o.vault.key...), suffix...)
	plaintext, err := o.vault.seals.open(o.scratch.text[:0], key, value)
	if err != nil {
		return nil, err
	}
	o.scratch.key = key
	o.scratch.keep(plaintext)
	return plaintext, nil
}

// record opens the record, which most likely lists the names of the usual
// list.
func (o *opener) record(value []byte, usual nameList) (record, error) {
	plaintext, err := o.open("", value)
	if err != nil {
		return record{}, err
	}
	return decodeRecord(plaintext, usual)
}

// variable opens a variable.
func (o *opener) variable(suffix string, value []byte) (body, error) {
	plaintext, err := o.open(suffix, value)
	if err != nil {
		return "", err
	}
	b := body(o.text(plaintext))
	if err := b.check(); err != nil {
		return "", err
	}
	return b, nil
}

func (o *opener) text(plaintext []byte) string {
	if len(plaintext) > sharedText {
		return string(plaintext)
	}
	start := o.texts.Len()
	o.texts.Write(plaintext)
	return o.texts.String()[start:]
}
