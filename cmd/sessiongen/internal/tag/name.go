package tag

import (
	"fmt"
	"slices"
	"strings"
)

// storeName returns the name that the tag gives, or else the field's own in
// snake_case.
func storeName(given, field string) (string, error) {
	if given == "" {
		return defaultName(field)
	}
	if slices.Contains(options, given) && given != Snake(field) {
		return "", fmt.Errorf("option %q is in the place of the name; write session:\",%s\"", given, given)
	}
	if valid(given) {
		return given, nil
	}
	if given == strings.TrimSpace(given) && strings.HasPrefix(given, "ttl=") {
		return "", fmt.Errorf("option %q is in the place of the name; write session:\",%s\"", given, given)
	}
	remedy := "shorten it"
	if len(given) <= maxName {
		remedy = "use other letters"
	}
	if better := Snake(strings.TrimSpace(given)); valid(better) {
		remedy = fmt.Sprintf("write %q", better)
	}
	return "", fmt.Errorf("name %q is not 1 to %d of a-z, 0-9 and _; %s", given, maxName, remedy)
}

func defaultName(field string) (string, error) {
	name := Snake(field)
	if valid(name) {
		return name, nil
	}
	if len(name) > maxName {
		return "", fmt.Errorf("the field's name is too long to store; give a name of at most %d characters in the tag, as in session:\"name\"", maxName)
	}
	return "", fmt.Errorf("the field's name has other letters than a-z; give a name in the tag, as in session:\"name\"")
}

// valid tells whether name is one that the store gets to see.
func valid(name string) bool {
	if name == "" || len(name) > maxName {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isLower(c) && !isDigit(c) && c != '_' {
			return false
		}
	}
	return true
}

// Snake returns a name of Go in snake_case. Sessions are stored under what it
// returns, so it must never return anything else: UserID is user_id, OAuth is
// o_auth and HTTPSURL is httpsurl. Letters beyond ASCII stay as they are.
func Snake(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if !isUpper(c) {
			b.WriteByte(c)
			continue
		}
		if i > 0 && startsWord(name, i) {
			b.WriteByte('_')
		}
		b.WriteByte(c - 'A' + 'a')
	}
	return b.String()
}

// startsWord tells whether the capital at i, which is not the first letter,
// begins a new word: after a small letter or a digit, or as the last of a run
// of capitals that a small letter follows.
func startsWord(name string, i int) bool {
	before := name[i-1]
	if isLower(before) || isDigit(before) {
		return true
	}
	return isUpper(before) && i+1 < len(name) && isLower(name[i+1])
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
