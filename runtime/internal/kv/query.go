// Package kv has what a store and the sessions in it say to each other: the keys
// of one session, a query for some of them, and what is found under each.
//
// The package knows the form of a key, because all keys of a session go to one
// server. It knows neither what the values are, nor any store.
package kv

import "strings"

// A Query asks for some keys of one session.
type Query struct {
	Session  string   // what Session returns for each key, which begins with it
	Suffixes []string // what follows in each key

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
	q := Query{Session: checker.Session, Suffixes: make([]string, len(keys))}
	for i, key := range keys {
		if err := checker.Check(key); err != nil {
			return Query{}, err
		}
		q.Suffixes[i] = key[len(q.Session):]
	}
	return q, nil
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
	keys := make([]string, len(q.Suffixes))
	for i, suffix := range q.Suffixes {
		start := all.Len()
		all.WriteString(q.Session)
		all.WriteString(suffix)
		keys[i] = all.String()[start:]
	}
	return keys
}
