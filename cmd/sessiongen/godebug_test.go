package main

import (
	"path/filepath"
	"strings"
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
	run := func(args ...string) string {
		t.Helper()
		r := command(t, dir, nil, "go", args...)
		if r.code != 0 || r.stderr != "" {
			t.Fatalf("go %v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
		}
		return r.stdout
	}
	for _, settings := range []string{"default=go1.21", "gotypesalias=0"} {
		writeFile(t, filepath.Join(dir, "go.mod"), mod+"\ngodebug "+settings+"\n")
		run("generate", "./...")
		tool := strings.TrimSpace(run("tool", "-n", "sessiongen"))
		commands := [][]string{{"build", "./..."}, {"tool", "sessiongen", "-check", "./..."}}
		if *torture { // as the tool reads the standard library anew for each way of building
			commands = append(commands, []string{"tool", "sessiongen", "vet", "./..."}, []string{"vet", "-vettool=" + tool, "./..."})
		}
		for _, args := range commands {
			if printed := run(args...); printed != "" {
				t.Fatalf("godebug %s, go %v prints\n%s", settings, args, printed)
			}
		}
	}
}
