// Package diff compares texts line by line.
package diff

import (
	"fmt"
	"slices"
	"strings"
)

// context is the number of equal lines shown around a change.
const context = 3

// Unified returns the unified diff that turns old into new.
func Unified(oldName, newName string, old, new []byte) string {
	a, b := lines(old), lines(new)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", oldName, newName)
	edits := edits(a, b)
	for len(edits) > 0 {
		// Changes whose contexts touch share a hunk.
		n := 1
		for n < len(edits) && edits[n].a-edits[n-1].aEnd <= 2*context {
			n++
		}
		writeHunk(&out, a, b, edits[:n])
		edits = edits[n:]
	}
	return out.String()
}

// lines splits a text into lines, each with its end.
func lines(text []byte) []string {
	split := strings.SplitAfter(string(text), "\n")
	if last := len(split) - 1; split[last] == "" {
		return split[:last]
	}
	split[len(split)-1] += "\n\\ No newline at end of file\n"
	return split
}

// An edit replaces a[a:aEnd] by b[b:bEnd].
type edit struct{ a, aEnd, b, bEnd int }

// edits returns what turns a into b, in order. It takes the lines that both
// have just once for the fixed points, which is quick and reads well.
func edits(a, b []string) []edit {
	var list []edit
	i, j := equal(a, b, 0, 0)
	for _, p := range append(anchors(a, b), [2]int{len(a), len(b)}) {
		if p[0] < i {
			continue // within the run of equal lines behind the last one
		}
		// Equal lines before the fixed point belong to it.
		x, y := p[0], p[1]
		for x > i && y > j && a[x-1] == b[y-1] {
			x, y = x-1, y-1
		}
		if x > i || y > j {
			list = append(list, edit{i, x, j, y})
		}
		i, j = equal(a, b, p[0], p[1])
	}
	return list
}

// equal returns where the equal lines that begin at a[i] and b[j] end.
func equal(a, b []string, i, j int) (int, int) {
	for i < len(a) && j < len(b) && a[i] == b[j] {
		i, j = i+1, j+1
	}
	return i, j
}

// anchors returns the longest series of lines that both have just once, in the
// same order.
func anchors(a, b []string) [][2]int {
	once := map[string]int{} // index in b, -1 if not just once
	for j, line := range b {
		if _, seen := once[line]; seen {
			once[line] = -1
		} else {
			once[line] = j
		}
	}
	count := map[string]int{}
	for _, line := range a {
		count[line]++
	}
	var pairs [][2]int
	for i, line := range a {
		if j, ok := once[line]; ok && j >= 0 && count[line] == 1 {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return increasing(pairs)
}

// increasing returns the longest part of pairs whose second members increase.
func increasing(pairs [][2]int) [][2]int {
	var tails []int // index of the last pair of the best series of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[1], func(t, second int) int { return pairs[t][1] - second })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	var series [][2]int
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		series = append(series, pairs[i])
	}
	slices.Reverse(series)
	return series
}

// writeHunk writes edits that lie close together, and the lines around them.
func writeHunk(out *strings.Builder, a, b []string, edits []edit) {
	first, last := edits[0], edits[len(edits)-1]
	before := min(context, first.a)
	start, end := first.a-before, min(last.aEnd+context, len(a))
	startB, endB := first.b-before, last.bEnd+end-last.aEnd
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(start, end), span(startB, endB))
	at := start
	for _, e := range edits {
		writeLines(out, " ", a[at:e.a])
		writeLines(out, "-", a[e.a:e.aEnd])
		writeLines(out, "+", b[e.b:e.bEnd])
		at = e.aEnd
	}
	writeLines(out, " ", a[at:end])
}

// span returns the lines from start to end as a hunk's header has them: counted
// from 1, and an empty span by the line ahead of it.
func span(start, end int) string {
	if start == end {
		return fmt.Sprintf("%d,0", start)
	}
	return fmt.Sprintf("%d,%d", start+1, end-start)
}

func writeLines(out *strings.Builder, mark string, lines []string) {
	for _, line := range lines {
		out.WriteString(mark + line)
	}
}
