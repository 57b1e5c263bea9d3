// Package runtime keeps web sessions for code that sessiongen generates.
//
// A cookie holds the session's id and its secret. A [Store], mostly memcached,
// holds each variable of the session under a key of its own, sealed with the
// secret, and a record that says which variables are set. For each account it holds
// an item that lists the account's sessions. Generated code wraps this package in an
// accessor type, such as Session, and its manager, Sessions.
//
// # What an app uses
//
//   - [Config], which the generated constructor, such as NewSessions, takes.
//   - A store: [NewMemcache] and [Memcache], with its fields and Close, for a
//     site; [NewMemory] and [Memory] for a first try and for tests. Package discovery
//     has lists of memcached servers that change.
//   - The errors [ErrUnavailable], [ErrEnded], [ErrConflict], [ErrTooLarge],
//     [ErrNoMiddleware] and [ErrHeadersSent], and [FieldError], which names a field.
//   - For Session.Login and Session.Renew a [RenewOption]: [Remember], [Lifetime] or
//     [Label]. [Login] is what Sessions.List shows of a session.
//   - [Event] and its [EventKind] for [Config].OnEvent: [EventCreated],
//     [EventRenewed], [EventDestroyed], [EventExpired], [EventEnded],
//     [EventRefused], [EventAmbiguous], [EventLost], [EventChanged] and
//     [EventFailed].
//   - [Stats], which Sessions.Stats returns, with its [CallStats] and [Histogram]; and
//     for [Config].OnCall a [Call] and its [Op]: [OpGet], [OpAdd], [OpSwap] or
//     [OpDelete].
//   - For development, the page of package inspect.
//   - For a store of its own: [Store], [Item], [SessionKey], [ErrExists] and
//     [ErrNotFound]; package storetest checks it.
//
// All else is for generated code: its comment, or the comment of its type,
// begins by saying so. An app meets Session, Manager and their methods through
// what is generated, such as Session.Renew.
//
// # The life of a session
//
// The manager's Middleware gives every request a session, which From loads with
// all its variables, except lazy ones, in one round trip. Getters and setters
// are plain memory. What was set is stored, and the cookie sent, before the
// first byte of the response leaves. A session begins to exist when something
// is set. By Login it gets a new id and secret, and belongs to an account; Renew
// gives it a new id and secret alone. It ends by Destroy, at logout, with its
// Lifetime or IdleTimeout, or when the account's sessions are ended: by End, EndAll
// or EndOthers, or by a login more than [Config].MaxLogins.
//
// A method talks to the store if, and only if, it takes a context and returns
// an error.
//
// # What is promised
//
// A write adds a key that is absent or swaps the version that was read, and
// does nothing else. So a late write overwrites nothing newer, and no slow
// request brings back a session that was destroyed or renewed: the request gets
// [ErrEnded]. A session of an account lives only while the account's item lists it,
// so nothing brings it back that has been taken from the list, be it that the cache
// loses the item. A session that has lost a variable counts as unknown, unless the
// variable is evictable: a session is whole or gone. A store that does not
// answer gives [ErrUnavailable], never an empty session. All this holds for
// each variable alone: values that must change together belong in one variable.
//
// # What is stored
//
// The keys are
//
//	<namespace>:<id>           the record
//	<namespace>:<id>-<name>    one variable
//	<namespace>:<place>        the account whose sessions' ids begin with the place
//
// With [Memcache].Servers, once the list has changed, keys begin with the version of
// the list since which the session is on its server, in base 36, and a colon; and each
// server has the list under "sessiongen:servers". A server that users need not log in
// to is told of one that expires at once, "sessiongen:login".
//
// An id is a UUID: a random one, of version 4, or one of version 8, if the session
// belongs to an account. Then its first 18 characters are the account's place: 60
// bits of an HMAC-SHA256 of the namespace and the account's name, under a key of
// [Config].Keys. The other 62 bits are random.
//
// A stored value is one version byte, 1, then what AES-128-GCM makes of the
// plaintext, with the key as associated data: a random nonce of 12 bytes, the
// ciphertext, the tag of 16. A session's items are sealed under its secret or, with
// [Config].Keys, under an HMAC-SHA256 of it, cut to 16 bytes; an account's item,
// under one of its own key. The plaintext begins with its kind. The plaintext of a
// variable goes on with four bytes that tell the shape of its type, its deadline in
// Unix milliseconds if it has a ttl, and its encoding: a whole encoding/gob stream,
// or JSON. The stream describes the types in it by structure alone, so every process
// writes the same, whatever the names of the types. The plaintext of an account goes
// on with its name and its logins: of each the rest of the id, when it began, when
// it ends, the hour in which it was last seen, its label.
//
// In the place of a record that is over stands a mark, for a minute. Where Renew or
// Login has ended the old id, its first byte is 2: then comes the id that the
// session has now, in 16 bytes, and then the sealed rest, as behind a 1, which binds
// that id, too. Where the session was destroyed, the mark is one byte, 3.
//
// # Compatibility
//
// Builds of different declarations can run side by side. A variable that a
// build does not declare is left alone, and carried over by Renew. A value that
// another declaration has stored is decoded if gob, or JSON, can do that;
// otherwise the variable reads as not set. Removing ttl or evictable from a
// field ends the sessions in which the field was set and has expired or been
// evicted. Later versions of this package read what earlier versions have
// stored, or treat it as the session of an unknown cookie. The choice of the
// server by a session's id, or by its account's place, and the form of the cookie,
// stay as they are.
//
// # Where to start reading
//
// Begin with session.go, which has what a request knows of its session,
// variable.go and definition.go. Then read the steps of the protocol, each in
// the file of its name:
//
//	load.go      the record, the variables and the account are read; look.go is how
//	decode.go    ... and decoded, some of them by the first getter
//	commit.go    what was set in the request is stored at its end
//	create.go    ... by the first set of a new session
//	write.go     ... by a set, clear or first set in a living one
//	put.go       ... each key by an add or by a swap
//	update.go    a variable is changed by compare-and-swap
//	retry.go     ... again, when another request was faster; write, idle, renewal, end and account use it, too
//	idle.go      the idle deadline is moved
//	renew.go     everything moves to a new id and secret, which renewal.go stores
//	bury.go      ... and marks tell of the old cookie's end
//	destroy.go   the record becomes a mark, and everything else is deleted
//
// Then read what is done with accounts:
//
//	account.go   the account's item, and each change of it by compare-and-swap
//	membership.go what a load finds of it, and when the session was last seen
//	join.go      a session that is about to be stored becomes one of the account's
//	login.go     ... at login
//	list.go      the living sessions of an account are listed
//	end.go       ... and ended: one by its id, all, or all others
//
// All of them ask the store by calls.go, which counts for stats.go.
//
// Package inspect sees a manager and one session by inspector.go.
//
// Around them lies the HTTP request: request.go and from.go for what comes in,
// response.go, cookie.go and caching.go for what goes out, event.go and log.go
// for what operators see. Below them lie the packages in internal, each with a
// comment that says what it is for, and the stores in memory.go and memcache.go.
package runtime
