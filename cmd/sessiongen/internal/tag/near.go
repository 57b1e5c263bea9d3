package tag

import "strings"

// nearest returns the option that a wrong one was probably meant to be, or "".
func nearest(option string) string {
	word := strings.ToLower(strings.TrimSpace(option))
	if end := strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }); end >= 0 {
		word = word[:end]
	}
	best, limit := "", 3
	for _, o := range options {
		if d := distance(word, o); d < limit && d < len(o)-1 {
			best, limit = o, d
		}
	}
	return best
}

// distance returns how many letters must be added, removed, replaced or
// swapped with their neighbour to turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range len(b) {
		rows[0][j+1] = j + 1
	}
	for i := range len(a) {
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(a)][len(b)]
}
