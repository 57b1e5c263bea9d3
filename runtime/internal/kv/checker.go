package kv

import (
	"errors"
	"strings"
)

// MaxKeyLength is the length of the longest key that memcached takes, in bytes.
const MaxKeyLength = 250

// What is wrong with a key.
var (
	ErrKey      = errors.New("key of an item is not 1 to 250 bytes of visible ASCII")
	ErrSessions = errors.New("keys of one call are of different sessions, which are no sessions of one account")
)

// A Checker checks the keys of one call, which must have one place. A key
// with a space or a line end in it could smuggle in commands. A key of another
// place would go to the wrong server.
type Checker struct {
	Place   string // what the function Place returns for each key
	visible bool   // Place is visible ASCII; each key begins with it
}

// NewChecker returns the checker for a call whose first key is given.
func NewChecker(first string) Checker {
	place := Place(first)
	return Checker{place, isVisible(place)}
}

// Check returns an error if something is wrong with a key.
func (c Checker) Check(key string) error {
	own, ok := strings.CutPrefix(key, c.Place)
	if ok {
		ok = c.visible && isVisible(own)
	} else {
		ok = isVisible(key)
	}
	switch {
	case !ok, key == "", len(key) > MaxKeyLength:
		return ErrKey
	case Place(key) != c.Place:
		return ErrSessions
	}
	return nil
}

func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
