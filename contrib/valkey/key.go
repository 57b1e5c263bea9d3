package valkeysession

import (
	"errors"
	"strings"

	"github.com/sessiongen/sessiongen/runtime"
)

const maxKeyLength = 250

var (
	errKey      = errors.New("sessiongen: key of an item is not 1 to 250 bytes of visible ASCII")
	errBrace    = errors.New("sessiongen: key of an item begins with }, which clusters can't take")
	errSessions = errors.New("sessiongen: keys of one call are of different sessions, which are no sessions of one account")
)

// taggedKeys returns the names under which the server keeps the items with these
// keys. Each begins with the part that the keys of a call share, in braces, which is
// what a cluster chooses the server by: its hash tag. So all that a call asks for is
// on one server.
func taggedKeys(keys []string) ([]string, error) {
	place := runtime.SessionKey(keys[0])
	if strings.HasPrefix(place, "}") { // it would end an empty tag, which is none
		return nil, errBrace
	}
	tag := "{" + place + "}"
	tagged := make([]string, len(keys))
	for i, key := range keys {
		switch {
		case !isKey(key):
			return nil, errKey
		case runtime.SessionKey(key) != place:
			return nil, errSessions
		}
		tagged[i] = tag + key[len(place):]
	}
	return tagged, nil
}

func isKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return key != "" && len(key) <= maxKeyLength
}

func keysOf(items []runtime.Item) []string {
	keys := make([]string, len(items))
	for i := range items {
		keys[i] = items[i].Key
	}
	return keys
}
