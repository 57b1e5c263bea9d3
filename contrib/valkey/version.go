package valkeysession

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/valkey-io/valkey-go"

	"github.com/sessiongen/sessiongen/runtime"
)

// versionLength is how many bytes of a stored string are the item's version.
const versionLength = 8

// newVersion returns a version that the key has never had. It is 64 random bits: a
// counter beside the item would have to outlive it, and what a server counts begins
// anew when it starts from an old snapshot or a replica takes over. A swap that should
// fail succeeds with a probability of 2^-64, if the version that is there now happens
// to be the one that the swap wants to see.
func newVersion() uint64 {
	for {
		if version := rand.Uint64(); version != 0 {
			return version
		}
	}
}

// packed returns what is stored of an item.
func packed(value []byte, version uint64) string {
	stored := make([]byte, versionLength, versionLength+len(value))
	binary.BigEndian.PutUint64(stored, version)
	return valkey.BinaryString(append(stored, value...))
}

// prefix returns what a string with this version begins with.
func prefix(version uint64) string {
	return string(binary.BigEndian.AppendUint64(nil, version))
}

// unpacked reads what is stored under a key. It reports false for what no store of
// this package has stored.
func unpacked(key string, stored []byte) (item runtime.Item, ok bool) {
	if len(stored) < versionLength {
		return item, false
	}
	version := binary.BigEndian.Uint64(stored)
	return runtime.Item{Key: key, Value: stored[versionLength:], Version: version}, version != 0
}

// lifeOf returns for how many milliseconds the server is to keep an item; 0 means for
// ever. The server counts from when it has the item, so its clock does not need to
// agree with the app's. Rounded up, and never 0 for what has expired.
func lifeOf(expires, now time.Time) int64 {
	if expires.IsZero() {
		return 0
	}
	left := expires.Sub(now)
	life := left.Milliseconds()
	if left%time.Millisecond > 0 {
		life++
	}
	return max(life, 1)
}
