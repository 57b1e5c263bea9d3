package main

import (
	"path/filepath"
	"testing"
)

// The go command builds a tool with the godebug settings of the module that it is
// a tool of.
func TestGodebugSettingsOfTheAppAreNotThoseOfTheCommand(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, map[string]string{
		"shop.go":      "package shop\n\nimport \"example.com/app/list\"\n\n" + goGenerate + " go tool sessiongen\n\ntype SessionFields struct {\n\tRecent list.Of[string]\n}\n",
		"list/list.go": "package list\n\ntype Of[T any] = []T\n",
	})
	mod := readFile(t, filepath.Join(dir, "go.mod"))
	for _, settings := range []string{"default=go1.21", "gotypesalias=0"} {
		writeFile(t, filepath.Join(dir, "go.mod"), mod+"\ngodebug "+settings+"\n")
		for _, args := range [][]string{{"generate", "./..."}, {"build", "./..."}, {"tool", "sessiongen", "-check", "./..."}} {
			if r := command(t, dir, nil, "go", args...); r != (result{}) {
				t.Fatalf("godebug %s, go %v: exit %d\n%s%s", settings, args, r.code, r.stdout, r.stderr)
			}
		}
	}
}
