package kv

// The lengths of the parts of an id.
const (
	IDLength    = 36 // a UUID in its canonical form
	PlaceLength = 18 // what the ids of an account's sessions begin with: its place
)

// Session returns the part of a key that all keys of one session share:
// the namespace, a colon and the session's id. A key of another form is
// returned whole.
func Session(key string) string {
	if start := idStart(key); start+IDLength <= len(key) {
		return key[:start+IDLength]
	}
	return key
}

// Place returns the part of a key that all keys which are stored together share.
// Those are the keys of one session; or, if it belongs to an account, those of
// all sessions of the account, and the key of the account itself: the namespace,
// a colon and the account's place.
func Place(key string) string {
	start := idStart(key)
	switch {
	case start+IDLength > len(key):
		return key
	case OfAccount(key[start : start+IDLength]):
		return key[:start+PlaceLength]
	}
	return key[:start+IDLength]
}

// IsPlace tells whether a key is the place of an account.
func IsPlace(key string) bool {
	start := idStart(key)
	return start+PlaceLength == len(key) && key[start+14] == '8'
}

// OfAccount tells whether a session with this id belongs to an account: whether
// the id is a UUID of version 8.
func OfAccount(id string) bool {
	return id[8] == '-' && id[13] == '-' && id[14] == '8' && id[PlaceLength] == '-' && id[23] == '-'
}

// idStart returns where the id begins: behind the colon. Without a colon it is
// behind the key.
func idStart(key string) int {
	for i := 0; i < len(key); i++ {
		if key[i] == ':' {
			return i + 1
		}
	}
	return len(key) + 1
}
