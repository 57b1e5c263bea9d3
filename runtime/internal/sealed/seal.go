package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
)

// sealVersion is the first byte of a sealed value. What follows is what
// AES-128-GCM makes of the plaintext: a random nonce, the ciphertext and the
// tag. The full memcached key is the associated data, so that a value opens only
// under the key and for the session, or account, it was sealed for. A mark, see
// mark.go, has another first byte.
//
// The nonces are random and 96 bits long. A session, or the item of an account, would
// have to be written 2^32 times, a thousand times a second for 50 days, before NIST
// SP 800-38D, section 8.3, asks for a new key. Each has a key of its own.
const sealVersion = 1

// Overhead is how much longer a sealed value is than its plaintext, in bytes:
// the version, the nonce and the tag.
const Overhead = 1 + 12 + 16

var errSealBroken = errors.New("value does not open")

// A sealer seals and opens the values of one session.
type sealer struct{ aead cipher.AEAD }

func newSealer(key *[secretLength]byte) sealer {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key's length is right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block's size is right
	}
	return sealer{aead}
}

// ready tells whether the sealer was made.
func (s sealer) ready() bool { return s.aead != nil }

// seal returns plaintext sealed for key, which is the memcached key and whatever
// else the seal is to bind.
func (s sealer) seal(key, plaintext string) []byte {
	dst := make([]byte, 0, Overhead+len(plaintext))
	dst = append(append(dst, sealVersion), plaintext...)
	return s.aead.Seal(dst[:1], nil, dst[1:], asBytes(key)) // in place
}

// open appends the plaintext that was sealed for key to dst.
func (s sealer) open(dst, key, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealVersion {
		return nil, errSealBroken
	}
	dst, err := s.aead.Open(dst, nil, sealed[1:], key)
	if err != nil {
		return nil, errSealBroken
	}
	return dst, nil
}
