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
// it. The id is a UUID: a random one, of version 4, or one of version 8, if the
// session belongs to an account.
type Token struct {
	ID     string
	secret [secretLength]byte
}

// NewToken returns a token of 122 + 128 random bits.
func NewToken() Token { return withSecret(uuid.NewString()) }

// NewTokenAt returns the token of a session of the account that has this place: the
// place, and 62 + 128 random bits.
func NewTokenAt(p Place) Token {
	var h Handle
	rand.Read(h[:])          // never fails: see crypto/rand
	h[0] = 0x80 | h[0]&^0xc0 // the variant of RFC 9562
	return withSecret(p.ID(h))
}

func withSecret(id string) Token {
	t := Token{ID: id}
	rand.Read(t.secret[:])
	return t
}

// String returns the cookie's value.
func (t Token) String() string {
	var room [TokenLength]byte
	return string(secretEncoding.AppendEncode(append(append(room[:0], t.ID...), '.'), t.secret[:]))
}

// ParseToken accepts exactly what [Token.String] returns.
func ParseToken(value string) (Token, bool) {
	if len(value) != TokenLength || value[kv.IDLength] != '.' || !ValidID(value[:kv.IDLength]) {
		return Token{}, false
	}
	t := Token{ID: value[:kv.IDLength]}
	n, err := secretEncoding.Decode(t.secret[:], []byte(value[kv.IDLength+1:]))
	if err != nil || n != secretLength {
		return Token{}, false
	}
	return t, true
}

// ValidID tells whether s is a UUID (version 4 or 8, RFC 9562 variant) in its
// canonical lower-case form.
func ValidID(s string) bool {
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
	digit, dash, version, variant := set("0123456789abcdef"), set("-"), set("48"), set("89ab")
	for i := range places {
		places[i] = digit
	}
	for _, i := range []int{8, 13, 18, 23} {
		places[i] = dash
	}
	places[14], places[19] = version, variant
	return places
}()
