package runtime

import (
	"errors"
	"strings"
)

// maxKeyLength is memcached's.
const maxKeyLength = 250

var (
	errKey      = errors.New("runtime: key of an item is not 1 to 250 bytes of visible ASCII")
	errSessions = errors.New("runtime: keys of one call are of different sessions")
)

// A keyChecker checks the keys of one call, which are of one session. With a
// space or a line end in it, a key could smuggle in commands; one of another
// session would go to the wrong server.
type keyChecker struct {
	session string // its SessionKey
	visible bool   // whether that is visible ASCII: each key begins with it
}

// newKeyChecker returns the checker for a call whose first key is given.
func newKeyChecker(first string) keyChecker {
	session := SessionKey(first)
	return keyChecker{session, isVisible(session)}
}

// check returns what is wrong with a key.
func (c keyChecker) check(key string) error {
	own, ok := strings.CutPrefix(key, c.session)
	if ok {
		ok = c.visible && isVisible(own)
	} else {
		ok = isVisible(key)
	}
	switch {
	case !ok, key == "", len(key) > maxKeyLength:
		return errKey
	case SessionKey(key) != c.session:
		return errSessions
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
