package diagnostic

import (
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

func TestAnnotationEscapesWhatWouldEndItOrBeginAnother(t *testing.T) {
	dir := t.TempDir()
	at := func(name string, line, column int) token.Position {
		return token.Position{Filename: filepath.Join(dir, filepath.FromSlash(name)), Line: line, Column: column}
	}
	var list List
	list.Add(at("shop/session.go", 12, 2), "SessionFields.Token", "100%% wrong, that is: all\r\n::warning::of it")
	list.Add(at("a,b:c%d/\r\n::error::.go", 3, 1), "", "wrong")
	list.Add(at("shop/session_gen.go", 1, 0), "", "stale")
	list.Add(token.Position{}, "", "no\nGo: files, 100%%")
	list.Add(token.Position{}, "", "no\nGo: files, 100%%")
	want := []string{
		"::error::sessiongen: no%0AGo: files, 100%25",
		"::error file=a%2Cb%3Ac%25d/%0D%0A%3A%3Aerror%3A%3A.go,line=3,col=1,title=sessiongen::wrong",
		"::error file=shop/session.go,line=12,col=2,title=sessiongen::SessionFields.Token: 100%25 wrong, that is: all%0D%0A::warning::of it",
		"::error file=shop/session_gen.go,line=1,title=sessiongen::stale",
	}
	if got := list.Annotations(dir); !slices.Equal(got, want) {
		t.Errorf("annotations\n%q\nwant\n%q", got, want)
	}
}

func TestAnnotationOfANoteIsANotice(t *testing.T) {
	var list List
	list.Note(token.Position{Filename: "session.go", Line: 12, Column: 2}, "SessionFields.Cart", "gob leaves out nil; set none")
	list.Note(token.Position{}, "", "all is well")
	want := []string{
		"::notice::sessiongen: all is well",
		"::notice file=session.go,line=12,col=2,title=sessiongen::SessionFields.Cart: gob leaves out nil; set none",
	}
	if got := list.Annotations(""); !slices.Equal(got, want) {
		t.Errorf("annotations\n%q\nwant\n%q", got, want)
	}
}
