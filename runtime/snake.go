package runtime

// snake returns a Go name in snake_case: with a "_" between a lower-case
// letter or digit and an upper-case letter, and before the last of a run of
// capitals that a lower-case letter follows. Stored data is found by the
// result, so the rule can't change. Letters outside ASCII stay as they are: no
// name that comes of this may have them.
func snake(name string) string {
	b := make([]byte, 0, len(name)+4)
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !isUpper(c) {
			b = append(b, c)
			continue
		}
		if i > 0 && (isLower(name[i-1]) || isDigit(name[i-1]) ||
			isUpper(name[i-1]) && i+1 < len(name) && isLower(name[i+1])) {
			b = append(b, '_')
		}
		b = append(b, c-'A'+'a')
	}
	return string(b)
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
