// Package runtime keeps web sessions for code that sessiongen generates.
//
// A cookie holds the session's id and its secret. A [Store], mostly memcached,
// holds each variable of the session under a key of its own, sealed with the
// secret, and a record that says which variables are set. Generated code wraps
// this package in an accessor type, such as Session, and its manager, Sessions;
// an app uses of this package only [Config], the stores, [Event] and the
// errors.
//
// # The life of a session
//
// The manager's Middleware gives every request a session, which From loads with
// all its variables, except lazy ones, in one round trip. Getters and setters
// are plain memory. What was set is stored, and the cookie sent, before the
// first byte of the response leaves. A session begins to exist when something
// is set; it gets a new id and secret by Renew, at login, and ends by Destroy,
// at logout, or with its Lifetime or IdleTimeout.
//
// A method talks to the store if, and only if, it takes a context and returns
// an error.
//
// # What is promised
//
// A write adds a key that is absent or swaps the version that was read, never
// more. So a late one overwrites nothing newer, and no slow request brings back
// a session that was destroyed or renewed: it gets [ErrEnded]. A session of
// which a variable was lost counts as unknown, unless the variable is
// evictable: it is whole or gone. A store that does not answer is
// [ErrUnavailable], never an empty session. All this holds for each variable
// alone: what must change together belongs into one.
//
// # What is stored
//
// The keys are
//
//	<namespace>:<id>           the record
//	<namespace>:<id>-<name>    one variable
//
// A stored value is one version byte, 1, then what AES-128-GCM makes of the
// plaintext under the secret, with the key as associated data: a random nonce
// of 12 bytes, the ciphertext, the tag of 16. The plaintext begins with its
// kind. A variable's goes on with four bytes that tell the shape of its type,
// its deadline in Unix milliseconds if it has a ttl, and its encoding: a whole
// encoding/gob stream, or JSON. The stream describes the types in it by
// structure alone, so every process writes the same, whatever their names.
//
// # Compatibility
//
// Builds of different declarations can run side by side. A variable that a
// build does not declare is left alone and carried over by Renew. One that
// another declaration stored is decoded if gob, or JSON, can; else it reads as
// not set. To take ttl or evictable from a field ends those sessions in which
// it was set and has expired or been evicted. Later versions of this package read what earlier ones stored, or
// treat it as a session of an unknown cookie; the choice of the server by a
// session's id, and the form of the cookie, stay as they are.
package runtime
