package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPreparedReadmeDoesNotSayThatNothingIsReleased(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	const before, after = "# x\n\nText.\n\n", "The next step.\n"
	for text, want := range map[string]string{
		before + beforeRelease + ", so wait.\nOr use a clone.\n\n" + after: before + after,
		before + after: before + after,
	} {
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := withoutParagraph(file, beforeRelease); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(file); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
