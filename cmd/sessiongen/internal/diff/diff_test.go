package diff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestUnified(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"new file", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"emptied", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
		{"changed line", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
			"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"},
		{"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
			"@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
		{"contexts that touch", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
			"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
		{"repeated lines", "x\nx\nx\n", "x\nx\nx\nx\n", "@@ -1,3 +1,4 @@\n x\n x\n x\n+x\n"},
		{"no end of line", "a\nb", "a\nb\n",
			"@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{"equal", "a\n", "a\n", ""},
	} {
		want := "--- old\n+++ new\n" + c.want
		if got := Unified("old", "new", []byte(c.old), []byte(c.new)); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, want)
		}
	}
}

func TestDiffTurnsOldIntoNew(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var b strings.Builder
		for range random.IntN(40) {
			fmt.Fprintln(&b, random.IntN(1+random.IntN(60)))
		}
		return b.String()
	}
	for range 2000 {
		old, new := text(), text()
		patch := Unified("old", "new", []byte(old), []byte(new))
		if got := apply(t, old, patch); got != new {
			t.Fatalf("old:\n%s\nnew:\n%s\npatch:\n%s\ngives:\n%s", old, new, patch, got)
		}
	}
}

// apply applies a patch strictly.
func apply(t *testing.T, old, patch string) string {
	t.Helper()
	from := lines([]byte(old))
	var out strings.Builder
	at := 0
	for _, line := range lines([]byte(patch))[2:] {
		if line[0] == '@' {
			var start, count int
			if _, err := fmt.Sscanf(line, "@@ -%d,%d", &start, &count); err != nil {
				t.Fatal(err)
			}
			if count > 0 {
				start--
			}
			for ; at < start; at++ {
				out.WriteString(from[at])
			}
			continue
		}
		if line[0] != '+' {
			if at >= len(from) || from[at] != line[1:] {
				t.Fatalf("patch does not apply at %q:\n%s", line, patch)
			}
			at++
		}
		if line[0] != '-' {
			out.WriteString(line[1:])
		}
	}
	return out.String() + strings.Join(from[at:], "")
}
