package runtime

import (
	"context"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A Store keeps items under keys, as memcached does. [NewMemory] and
// [NewMemcache] return the two that come with this package; package
// storetest checks any other.
//
// All keys of one call belong to one session: they are the same up to and
// including the session's id. Or they belong to one account, which has a key of
// its own: then they are the same up to and including the account's place, with
// which the ids of its sessions begin. A store that spreads its items over several
// servers must choose the server by that part of the key, which [SessionKey]
// returns, so that a session is on one server, and so are all sessions of an
// account.
//
// A Store must be safe for use by several goroutines. It must honour the
// context's deadline, and should honour its cancellation. If a call fails in
// another way than those named below, its outcome is not known. Its error must
// then wrap [ErrUnavailable], and the context's error if that is the cause. The
// store must not repeat a write whose outcome it does not know. If the store
// can't take an item, it returns any other error, such as [ErrTooLarge], and
// keeps what was stored under the key. It must not use the session whose keys
// it is asked for, because that session waits for the store's answer.
type Store interface {
	// Get returns the items that are there, by key; absent and expired ones
	// are left out. Keys are read in the order given: an item is not read
	// before the ones ahead of it. An error means that nothing was read. The
	// map is the caller's.
	Get(ctx context.Context, keys []string) (map[string]Item, error)

	// Add stores the items whose keys are absent. The result has one entry
	// an item: nil, or [ErrExists] if the key was there. The items are
	// independent of each other and may be stored in any order.
	Add(ctx context.Context, items []Item) []error

	// Swap replaces each item whose version in the store is still
	// Item.Version. The result has one entry an item: nil, [ErrExists] if the
	// key has another version, or [ErrNotFound] if it is absent. The items are
	// independent of each other and may be stored in any order.
	Swap(ctx context.Context, items []Item) []error

	// Delete removes the keys. The result has one entry a key; an absent key
	// is no error.
	Delete(ctx context.Context, keys []string) []error
}

// An Item is one value in a [Store].
type Item struct {
	// Key is at most 250 bytes of visible ASCII. It may be a part of a longer
	// string, so a store that keeps it should copy it.
	Key string

	// Value is opaque to the store. Neither the store nor its caller changes
	// the bytes after the value was handed over.
	Value []byte

	// Version changes whenever the item is stored, and is never used again
	// for the same key. Get sets it, Swap compares it, Add ignores it. No
	// item has version 0.
	Version uint64

	// Expires is when the item ends, give or take a little more than a second:
	// the clock of memcached, for one, ticks once a second. The zero time
	// means never. Get need not set it.
	Expires time.Time
}

// SessionKey is for stores: it returns the part of a key that all keys of one
// call share: the namespace, a colon and the session's id; of the id of an account's
// session, which is a UUID of version 8, just the first 18 characters, the account's
// place. A key of another form, such as that of an account, is returned whole.
func SessionKey(key string) string { return kv.Place(key) }
