package memcached

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// rendezvous chooses a session's server by rendezvous hashing: each server gets
// a weight for the session's id, and the heaviest server is chosen. If the session
// belongs to an account, the account's place, with which the id begins, takes the
// place of the id, so that all sessions of an account are on one server. So a new
// server takes over its share of the sessions and no other session moves, and
// every process that has the same servers, in any order, makes the same choice.
// A server that is down is still chosen: if another server took its place
// meanwhile, old data would come back when the first one returns.
//
// The choice is by the id or place alone, without the namespace, and must stay the
// same in all versions of this module.
type rendezvous []*server

// pick returns the server of the session, or account, that key belongs to.
func (r rendezvous) pick(key string) *server {
	if len(r) == 1 {
		return r[0]
	}
	id := placeHash(key)
	return slices.MaxFunc(r, func(a, b *server) int {
		return cmp.Compare(mix(id^a.hash), mix(id^b.hash))
	})
}

// placeHash is the hash of what chooses the server of a key.
func placeHash(key string) uint64 {
	place := kv.Place(key)
	return fnv1a(place[strings.IndexByte(place, ':')+1:])
}

// fnv1a is the 64-bit FNV-1a hash. It is written here because hash/fnv
// allocates.
func fnv1a(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// mix is the finalizer of SplitMix64: each bit of x changes half of the bits of
// the result. In FNV alone a bit does not change that many.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
