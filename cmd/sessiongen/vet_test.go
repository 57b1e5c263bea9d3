package main

import (
	"regexp"
	"strings"
	"testing"
)

// oneOfEach has each mistake once that vet finds.
const oneOfEach = `package app

import (
	"fmt"
	"net/http"
)

` + goGenerate + ` go tool sessiongen

type SessionFields struct {
	Visits int
	Tags   []string
}

var last *Session

func front(w http.ResponseWriter, r *http.Request, sessions *Sessions) {
	s, err := sessions.From(r.Context())
	if err != nil {
		http.Error(w, "Please try again.", http.StatusServiceUnavailable)
		return
	}
	s.GetTags()[0] = "x"
	last = s
	s.Renew(r.Context())
}

func back(w http.ResponseWriter, r *http.Request, sessions *Sessions) {
	s, err := sessions.From(r.Context())
	if err != nil {
		return
	}
	fmt.Fprintln(w, s.GetVisits())
	s.SetVisits(s.GetVisits() + 1)
}
`

// found are the places and the beginnings of what vet finds in it.
var found = []string{
	"app.go:23:2: the change to what GetTags returned is not stored; call SetTags with it",
	"app.go:24:2: a session is put into a package variable",
	"app.go:25:2: the error of Renew is ignored, and the session may still have its old id",
	"app.go:34:2: SetVisits comes after the response was begun",
}

// mistaken returns a module with one of each mistake.
func mistaken(t *testing.T) string {
	t.Helper()
	dir := newModule(t, "example.com/app", map[string]string{"app.go": oneOfEach})
	if r := command(t, dir, nil, "sessiongen", "./..."); r.code != 0 {
		t.Fatal(r.stderr)
	}
	return dir
}

// wantFound checks that the lines of an output, which may be in any order, begin
// with what is to be found, and that there are no others.
func wantFound(t *testing.T, output string, want []string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	for _, w := range want {
		found := 0
		for _, line := range lines {
			if strings.HasPrefix(line, w) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d lines begin with %q", found, w)
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d lines, want %d", len(lines), len(want))
	}
	if t.Failed() {
		t.Log(output)
	}
}

// The tool is the same one for all, because the first look of each takes the go
// command long: it has the tool read the standard library.
func TestVet(t *testing.T) {
	t.Parallel()
	tool := buildTool(t)
	run := func(t *testing.T, dir, name string, args ...string) result {
		t.Helper()
		return command(t, dir, []string{"GOFLAGS=-trimpath"}, name, args...)
	}
	vet := func(t *testing.T, dir string, args ...string) result {
		t.Helper()
		return run(t, dir, tool, append([]string{"vet"}, args...)...)
	}

	t.Run("finds one of each mistake", func(t *testing.T) {
		dir := mistaken(t)
		r := vet(t, dir, "./...")
		if r.code != 1 || r.stdout != "" {
			t.Errorf("exit %d, printed %q", r.code, r.stdout)
		}
		wantFound(t, r.stderr, found)

		r = vet(t, dir, "-sessionlate", "./...")
		if r.code != 1 {
			t.Errorf("with a rule alone: exit %d", r.code)
		}
		wantFound(t, r.stderr, found[3:])

		r = vet(t, dir, "-sessionlost=false", "-sessionkept=false", "-sessionerr=false", "-sessionlate=false", ".")
		if r != (result{}) {
			t.Errorf("without any rule: exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}

		r = vet(t, dir, "-json", ".")
		if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, `"sessionlate"`) {
			t.Errorf("as JSON: exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})

	t.Run("is a tool of go vet", func(t *testing.T) {
		r := run(t, mistaken(t), "go", "vet", "-vettool="+tool, "./...")
		if r.code != 1 || r.stdout != "" {
			t.Errorf("exit %d, printed %q", r.code, r.stdout)
		}
		r.stderr = regexp.MustCompile(`(?m)^# .*\n`).ReplaceAllString(r.stderr, "") // of which package
		// With -trimpath, the file may be the one of an earlier run.
		r.stderr = regexp.MustCompile(`(?m)^.*app\.go`).ReplaceAllString(r.stderr, "app.go")
		wantFound(t, r.stderr, found)
	})

	t.Run("finds nothing in the repository", func(t *testing.T) {
		if r := vet(t, root, "./..."); r != (result{}) {
			t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})

	t.Run("that cannot look fails", func(t *testing.T) {
		dir := newModule(t, "example.com/app", map[string]string{
			"broken/broken.go": "package broken\n\nfunc f() { undeclared() }\n",
			"vet/vet.go":       "package vet\n\n" + goGenerate + " go tool sessiongen\n\ntype Fields struct{ N int }\n",
		})
		for _, c := range []struct{ args, want string }{
			{"./broken", "broken.go:3:12: undefined: undeclared"},
			{"./absent", "directory not found"},
			{"-nonsense .", "-nonsense"},
		} {
			r := vet(t, dir, strings.Fields(c.args)...)
			if r.code != 2 || !strings.Contains(r.stderr, c.want) {
				t.Errorf("%s: exit %d\n%s", c.args, r.code, r.stderr)
			}
		}
		if r := run(t, dir, tool, "./vet"); r != (result{}) {
			t.Errorf("a package in a folder vet: exit %d\n%s", r.code, r.stderr)
		}
	})
}

func TestVetSaysWhereItsOutputCannotBeRead(t *testing.T) {
	for _, output := range []string{"no JSON", `{"app": {"sessionlost": {"error": "failed"}}}`, `{"app": []}`} {
		if found, err := findings([]byte(output)); err == nil {
			t.Errorf("%s: %v", output, found)
		}
	}
}

func TestPositionMayHaveColonsInItsFile(t *testing.T) {
	for s, want := range map[string]string{
		`C:\app\app.go:3:14`: `C:\app\app.go:3:14`,
		"/app/app.go:3:14":   "/app/app.go:3:14",
		"-":                  "-",
	} {
		if got := position(s).String(); got != want {
			t.Errorf("%s is %s, want %s", s, got, want)
		}
	}
}
