package sealed

import (
	"crypto/rand"
	"encoding/base64"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// secretLength is the length of a session's secret in bytes: the key of
// AES-128.
const secretLength = 16

// TokenLength is the length of the cookie's value: the id, a dot, and the
// secret in unpadded base64url.
const TokenLength = kv.IDLength + 1 + 22

// secretEncoding is strict: of texts that differ only in the unused bits at the
// end, it decodes only one. So a token has only one spelling.
var secretEncoding = base64.RawURLEncoding.Strict()

// A Token is what the cookie holds. The id names the session: it is a part of
// the keys, and no secret. The secret opens the session: only the cookie has
// it.
type Token struct {
	ID     string
	secret [secretLength]byte
}

// NewToken returns a token of 122 + 128 random bits.
func NewToken() Token {
	t := Token{ID: uuid.NewString()}
	rand.Read(t.secret[:]) // never fails: see crypto/rand
	return t
}

// String returns the cookie's value.
func (t Token) String() string {
	var room [TokenLength]byte
	return string(secretEncoding.AppendEncode(append(append(room[:0], t.ID...), '.'), t.secret[:]))
}

// ParseToken accepts exactly what [Token.String] returns.
func ParseToken(value string) (Token, bool) {
	if len(value) != TokenLength || value[kv.IDLength] != '.' || !validID(value[:kv.IDLength]) {
		return Token{}, false
	}
	t := Token{ID: value[:kv.IDLength]}
	n, err := secretEncoding.Decode(t.secret[:], []byte(value[kv.IDLength+1:]))
	if err != nil || n != secretLength {
		return Token{}, false
	}
	return t, true
}

// validID tells whether s is a random UUID (version 4, RFC 9562 variant) in
// its canonical lower-case form.
func validID(s string) bool {
	if len(s) != kv.IDLength {
		return false
	}
	for i := range kv.IDLength {
		if idLetters[i][s[i]] == 0 {
			return false
		}
	}
	return true
}

// idLetters tells which bytes may stand at each place of an id.
var idLetters = func() (places [kv.IDLength]*[256]byte) {
	set := func(letters string) *[256]byte {
		table := new([256]byte)
		for _, c := range []byte(letters) {
			table[c] = 1
		}
		return table
	}
	digit, dash, version, variant := set("0123456789abcdef"), set("-"), set("4"), set("89ab")
	for i := range places {
		places[i] = digit
	}
	for _, i := range []int{8, 13, 18, 23} {
		places[i] = dash
	}
	places[14], places[19] = version, variant
	return places
}()
