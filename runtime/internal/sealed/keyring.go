package sealed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"sync"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// The lengths, in bytes, that a key of the app's own may have.
const (
	MinKeyLength = 16
	MaxKeyLength = 64
)

// What the app's keys are used for besides sessions, whose message is the secret
// alone. These texts, each of which begins another message, are longer than a
// secret. So no message of one use is a message of another, whatever names the
// accounts have: otherwise whoever chooses the name of an account would see a part
// of a session's key in its place.
const (
	placeUse   = "sessiongen: place of account\x00"
	accountUse = "sessiongen: seal of account\x00"
)

// A Keyring is the app's own keys. The first one seals, all of them open. None is
// a key, too: then a session's key is its secret alone, and there are no accounts.
type Keyring struct{ keys []macs }

// macs is a pool of HMAC-SHA256 under one key. An HMAC that was used before has
// the key worked in already.
type macs struct{ pool *sync.Pool }

// NewKeyring returns a Keyring with copies of these keys.
func NewKeyring(keys [][]byte) *Keyring {
	k := new(Keyring)
	for _, key := range keys {
		key = slices.Clone(key)
		k.keys = append(k.keys, macs{&sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}})
	}
	return k
}

// Len returns the number of keys.
func (k *Keyring) Len() int { return len(k.keys) }

// ways returns in how many ways a session can be sealed.
func (k *Keyring) ways() int { return max(1, len(k.keys)) }

// sealer returns the sealer of a session that is sealed in the given way. The
// session's key is an HMAC of its secret, so that nobody can seal a value who has
// the secret, as each visitor has, and none of the app's keys.
func (k *Keyring) sealer(way int, secret *[secretLength]byte) sealer {
	if len(k.keys) == 0 {
		return newSealer(secret)
	}
	own := *secret // or else the vault of each session would be allocated by itself
	defer clear(own[:])
	return k.keys[way].sealer(own[:])
}

// sealer returns the sealer whose key is the HMAC of the parts.
func (m macs) sealer(parts ...[]byte) sealer {
	sum := m.sum(parts...)
	defer clear(sum[:])
	return newSealer((*[secretLength]byte)(sum[:]))
}

// accountSealer returns the sealer of the account that is stored under this key.
// Each account has a key of its own: one for all would be used too often for
// random nonces.
func (k *Keyring) accountSealer(way int, key string) sealer {
	return k.keys[way].sealer(asBytes(accountUse), asBytes(key))
}

// sum returns the HMAC of the parts. Nothing of them stays in the pool.
func (m macs) sum(parts ...[]byte) *[sha256.Size]byte {
	mac := m.pool.Get().(hash.Hash)
	for _, part := range parts {
		mac.Write(part)
	}
	sum := new([sha256.Size]byte)
	mac.Sum(sum[:0])
	mac.Reset()
	m.pool.Put(mac)
	return sum
}

// A Place is what the ids of all sessions of an account begin with: the first 60
// bits of a UUID of version 8. It tells nothing of the account to whoever has none
// of the app's keys.
type Place string

// place returns the place of an account by one of the keys.
func (k *Keyring) place(way int, namespace, account string) Place {
	sum := k.keys[way].sum(asBytes(placeUse), asBytes(namespace), []byte{0}, asBytes(account))
	digits := hex.EncodeToString(sum[:8])
	return Place(digits[:8] + "-" + digits[8:12] + "-8" + digits[12:15])
}

// PlaceOf returns the place of the account that the session with this id belongs
// to, or "" if it belongs to none.
func PlaceOf(id string) Place {
	if kv.OfAccount(id) {
		return Place(id[:kv.PlaceLength])
	}
	return ""
}
