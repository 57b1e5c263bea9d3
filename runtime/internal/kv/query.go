// Package kv has what a store and the sessions in it say to each other: the keys
// of one session, a query for some of them, and what is found under each.
//
// The package knows the form of a key, because all keys of a session go to one
// server, and so do all sessions of an account. It knows neither what the values
// are, nor any store.
package kv

import (
	"bytes"
	"strings"
)

// A Query asks for some keys of one session.
type Query struct {
	Session  string   // what the keys begin with: the key of the session, mostly
	Suffixes []string // what follows in each key
	Account  bool     // whether Place(Session) is asked for, too, as the last key

	// Meanwhile, unless it is nil, has work to do that needs no answer. A store
	// that sends the query may have it done while the server is at work.
	Meanwhile Preparer

	// Room, unless it is nil, is memory in which the store may put the values. It
	// may leave more memory there. The values are good until that is used again.
	Room *[]byte
}

// A Preparer has work to do before something is used. Prepare does what is not
// done yet, so it may be called several times. Several goroutines may call it when
// it has returned once.
type Preparer interface{ Prepare() }

// Found is what a store holds under one key.
type Found struct {
	Value   []byte
	Version uint64 // 0: nothing is there
}

// NewQuery returns the query for the keys of one call. There must be at least
// one.
func NewQuery(keys []string) (Query, error) {
	checker := NewChecker(keys[0])
	q := Query{Session: checker.Place, Suffixes: make([]string, len(keys))}
	for i, key := range keys {
		if err := checker.Check(key); err != nil {
			return Query{}, err
		}
		q.Suffixes[i] = key[len(q.Session):]
	}
	return q, nil
}

// Len returns the number of keys.
func (q Query) Len() int {
	if q.Account {
		return len(q.Suffixes) + 1
	}
	return len(q.Suffixes)
}

// Place returns what all keys begin with. It is the last key if Account is set.
func (q Query) Place() string { return Place(q.Session) }

// Take returns the element of found for this key, and takes it away from found
// and from the query, with the elements and keys before it. It returns nil if the
// key is not asked for, or not any more.
func (q *Query) Take(key []byte, found *[]Found) *Found {
	if suffix, ok := bytes.CutPrefix(key, []byte(q.Session)); ok {
		for i, s := range q.Suffixes {
			if s == string(suffix) {
				item := &(*found)[i]
				q.Suffixes, *found = q.Suffixes[i+1:], (*found)[i+1:]
				return item
			}
		}
	}
	if q.Account && string(key) == q.Place() {
		item := &(*found)[len(q.Suffixes)]
		q.Suffixes, q.Account, *found = nil, false, nil
		return item
	}
	return nil
}

// Check returns an error if the keys can't be sent.
func (q Query) Check() error {
	if !isVisible(q.Session) {
		return ErrKey
	}
	for _, suffix := range q.Suffixes {
		if length := len(q.Session) + len(suffix); !isVisible(suffix) || length == 0 || length > MaxKeyLength {
			return ErrKey
		}
	}
	return nil
}

// Keys returns the keys, which share one string.
func (q Query) Keys() []string {
	length := 0
	for _, suffix := range q.Suffixes {
		length += len(q.Session) + len(suffix)
	}
	var all strings.Builder
	all.Grow(length)
	keys := make([]string, len(q.Suffixes), q.Len())
	for i, suffix := range q.Suffixes {
		start := all.Len()
		all.WriteString(q.Session)
		all.WriteString(suffix)
		keys[i] = all.String()[start:]
	}
	if q.Account {
		keys = append(keys, q.Place())
	}
	return keys
}
