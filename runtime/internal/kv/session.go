package kv

// IDLength is the length of a UUID in its canonical form.
const IDLength = 36

// Session returns the part of a key that all keys of one session share:
// the namespace, a colon and the session's id. A key of another form is
// returned whole.
func Session(key string) string {
	for i := 0; i < len(key); i++ {
		if key[i] == ':' {
			if end := i + 1 + IDLength; end <= len(key) {
				return key[:end]
			}
			break
		}
	}
	return key
}
