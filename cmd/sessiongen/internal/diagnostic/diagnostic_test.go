package diagnostic

import (
	"go/token"
	"slices"
	"testing"
)

// Some lists are put together in the order of a map.
func TestLinesAreTheSameInWhateverOrderTheyWereAdded(t *testing.T) {
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	var list List
	list.Add(token.Position{}, "", "no Go files")
	list.Add(at("a.go", 2, 1), "", "wrong")
	list.Add(at("a.go", 2, 9), "T.A", "a is wrong")
	list.Note(at("a.go", 2, 9), "T.A", "b may be meant")
	list.Add(at("a.go", 2, 9), "T.A", "c is wrong")
	list.Note(at("a.go", 2, 9), "T.A", "c is wrong")
	list.Add(at("a.go", 2, 9), "T.B", "a is wrong")
	list.Add(at("a.go", 10, 1), "", "wrong")
	list.Add(at("b.go", 1, 1), "", "wrong")
	want := []string{
		"sessiongen: no Go files",
		"a.go:2:1: wrong",
		"a.go:2:9: T.A: a is wrong",
		"a.go:2:9: T.A: note: b may be meant",
		"a.go:2:9: T.A: c is wrong",
		"a.go:2:9: T.A: note: c is wrong",
		"a.go:2:9: T.B: a is wrong",
		"a.go:10:1: wrong",
		"b.go:1:1: wrong",
	}
	for turn := range list {
		mixed := slices.Concat(list[turn:], list, list[:turn])
		if turn%2 == 1 {
			slices.Reverse(mixed)
		}
		if got := mixed.Lines(""); !slices.Equal(got, want) {
			t.Errorf("lines\n%q\nwant\n%q", got, want)
		}
	}
}
