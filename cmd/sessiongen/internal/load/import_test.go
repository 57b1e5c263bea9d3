package load

import (
	"errors"
	"testing"
)

func TestErrorOfTheGoCommandIsItsOwnWordsOnOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"err: exit status 1: stderr: go: updates to go.mod needed; to update it:\n\tgo mod tidy\n": "go: updates to go.mod needed; to update it: go mod tidy",
		"err: signal: killed: stderr: ": "err: signal: killed: stderr:",
		"directory not found":           "directory not found",
	} {
		if got := ofGo(errors.New(text)).Error(); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if ofGo(nil) != nil {
		t.Error("no error becomes one")
	}
}
