package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asOnWindows are texts as git and editors on Windows make them of one.
var asOnWindows = map[string]func(text string) string{
	"carriage returns":         func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
	"some carriage returns":    func(text string) string { return strings.ReplaceAll(text, "}\n", "}\r\n") },
	"a mark":                   func(text string) string { return "\ufeff" + text },
	"a mark, carriage returns": func(text string) string { return "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n") },
}

func TestLineEndsOfWindowsAreNoDifference(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	name := filepath.Join(dir, "shop/session_gen.go")
	sessiongen(t, dir, "./...")
	generated := readFile(t, name)
	for what, change := range asOnWindows {
		changed := change(generated)
		writeFile(t, name, changed)
		old := time.Now().Add(-time.Hour).Truncate(time.Second)
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
		if r := command(t, dir, nil, "sessiongen", "-check", "./..."); r != (result{}) {
			t.Errorf("with %s, -check: exit %d\n%s%s", what, r.code, r.stdout, r.stderr)
		}
		sessiongen(t, dir, "./...")
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if readFile(t, name) != changed || !info.ModTime().Equal(old) {
			t.Errorf("with %s: the file was written again", what)
		}
	}
}

func TestDiffOfAFileWithLineEndsOfWindowsShowsWhatIsStale(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	name := filepath.Join(dir, "shop/session_gen.go")
	sessiongen(t, dir, "./...")
	generated := readFile(t, name)
	writeFile(t, filepath.Join(dir, "shop/shop.go"), strings.Replace(shop, "ttl=2h", "ttl=3h", 1))
	want := command(t, dir, nil, "sessiongen", "-check", "./...")
	if want.code != 1 {
		t.Fatalf("exit %d\n%s%s", want.code, want.stdout, want.stderr)
	}
	for what, change := range asOnWindows {
		writeFile(t, name, change(generated))
		if got := command(t, dir, nil, "sessiongen", "-check", "./..."); got != want {
			t.Errorf("with %s: exit %d\n%s%s, want\n%s", what, got.code, got.stdout, got.stderr, want.stdout)
		}
	}
	// What is written is what is written anywhere else.
	sessiongen(t, dir, "./...")
	if strings.Contains(readFile(t, name), "\r") {
		t.Error("carriage returns were written")
	}
}
