package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// mergedProgram sets all variables of a session and updates each of them.
const mergedProgram = `package main

import (
	"context"
	"fmt"

	"github.com/sessiongen/sessiongen/runtime"
)

func main() {
	ctx := context.Background()
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		panic(err)
	}
	cookie, err := sessions.Issue(ctx, SessionFields{%s})
	if err != nil {
		panic(err)
	}
	s, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		panic(err)
	}
	for _, update := range []func(context.Context, func(*string) error) error{%s} {
		if err := update(ctx, func(v *string) error { fmt.Print(*v, " "); *v += "!"; return nil }); err != nil {
			panic(err)
		}
	}
	s, err = sessions.Open(ctx, cookie.Value)
	fmt.Println(s.Values(), err)
}
`

// Two branches add a variable each, and git merges the declaration, the code and
// the schema file without a conflict. Nobody generates, and it builds.
func TestCodeThatGitHasMergedKeepsVariablesApart(t *testing.T) {
	t.Parallel()
	declaration := func(added ...string) string {
		var fields strings.Builder
		for i := range 12 {
			fmt.Fprintf(&fields, "\tF%d string\n", i)
			for _, name := range added {
				if name == fmt.Sprintf("F%dx", i) {
					fields.WriteString("\t" + name + " string\n")
				}
			}
		}
		return "package main\n\n" + goGenerate + " sessiongen\n\ntype SessionFields struct {\n" + fields.String() + "}\n"
	}
	dir := newModule(t, "example.com/app", map[string]string{"session.go": declaration()})
	git(t, dir, "init", "-q", "-b", "main")
	generate := func(added ...string) {
		writeFile(t, filepath.Join(dir, "session.go"), declaration(added...))
		succeed(t, dir, "sessiongen")
		commit(t, dir)
	}
	generate()
	git(t, dir, "checkout", "-q", "-b", "theirs")
	generate("F8x")
	git(t, dir, "checkout", "-q", "main")
	generate("F2x")
	git(t, dir, "-c", "user.name=test", "-c", "user.email=test@example.com", "merge", "-q", "--no-edit", "theirs")

	var values, updates, seen, stored []string
	for i := range 12 {
		names := []string{fmt.Sprint("F", i)}
		if i == 2 || i == 8 {
			names = append(names, fmt.Sprintf("F%dx", i))
		}
		for _, name := range names {
			values = append(values, fmt.Sprintf("%s: %q", name, name))
			updates = append(updates, "s.Update"+name)
			seen = append(seen, name)
			stored = append(stored, name+"!")
		}
	}
	program := fmt.Sprintf(mergedProgram, strings.Join(values, ", "), strings.Join(updates, ", "))
	writeFile(t, filepath.Join(dir, "main.go"), program)
	r := command(t, dir, nil, "go", "run", ".")
	if want := strings.Join(seen, " ") + " {" + strings.Join(stored, " ") + "} <nil>\n"; r.code != 0 || r.stdout != want {
		t.Errorf("exit %d\n%s%swant\n%s", r.code, r.stdout, r.stderr, want)
	}
	if r := command(t, dir, nil, "sessiongen", "-check"); r.code != 1 {
		t.Errorf("what git has merged is up to date, so that nothing is shown here: exit %d\n%s", r.code, r.stdout)
	}
}
