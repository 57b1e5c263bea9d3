package runtime

import "errors"

// maxKeyLength is memcached's.
const maxKeyLength = 250

var (
	errKey      = errors.New("runtime: key of an item is not 1 to 250 bytes of visible ASCII")
	errSessions = errors.New("runtime: keys of one call are of different sessions")
)

// checkKey returns what is wrong with a key of a call on the session with the
// given [SessionKey]. With a space or a line end in it, a key could smuggle in
// commands; one of another session would go to the wrong server.
func checkKey(key, session string) error {
	if key == "" || len(key) > maxKeyLength {
		return errKey
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return errKey
		}
	}
	if SessionKey(key) != session {
		return errSessions
	}
	return nil
}
