package main

import (
	"path/filepath"
	"regexp"
	"slices"
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

// found are the lines of what vet finds in it, by their places.
var found = []string{
	"app.go:23:2: the change to what GetTags returned is not stored; call SetTags with it, or change it in UpdateTags, or change a copy if it is not meant to be stored\n",
	"app.go:24:2: a session is put into a package variable, where it outlives its request and meets other visitors; pass on the values that are needed, or Open the session again by its cookie\n",
	"app.go:25:2: the error of Renew is ignored, and the session may still have its old id, which others may know; answer with the error, or return it\n",
	"app.go:34:2: SetVisits comes after the response was begun, when nothing of a new session can be stored any more; call it before the first write, or ask IsNew first\n",
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
		if want := (result{"", strings.Join(found, ""), 1}); r != want {
			t.Errorf("%+v, want %+v", r, want)
		}

		for _, flag := range []string{"-json", "--json", "-json=true"} {
			r = vet(t, dir, flag, ".")
			if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, `"sessionlate"`) {
				t.Errorf("%s: exit %d\n%s%s", flag, r.code, r.stdout, r.stderr)
			}
		}

		r = vet(t, dir, "-format", "github", ".")
		text := strings.TrimPrefix(found[3], "app.go:34:2: ")
		if want := "::error file=app.go,line=34,col=2,title=sessiongen::" + text; r.code != 1 || !strings.HasSuffix(r.stderr, want) {
			t.Errorf("as annotations: %+v, want %s", r, want)
		}
		if !*torture {
			return // With other flags for the tool, it reads the standard library anew.
		}

		r = vet(t, dir, "-sessionlate", "./...")
		if want := (result{"", found[3], 1}); r != want {
			t.Errorf("with a rule alone: %+v, want %+v", r, want)
		}

		r = vet(t, dir, "-sessionlost=false", "-sessionkept=false", "-sessionerr=false", "-sessionlate=false", ".")
		if r != (result{}) {
			t.Errorf("without any rule: exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})

	// The go command keeps what vet has printed for a package under one key, be it
	// named or a dependency of one that is.
	t.Run("does not depend on what was vetted before", func(t *testing.T) {
		const top = "package top\n\nimport \"example.com/app\"\n\nvar _ app.Session\n"
		for _, order := range [][]string{{"./top", ".", "./top"}, {".", "./top", "."}} {
			dir := mistaken(t)
			writeFile(t, filepath.Join(dir, "top", "top.go"), top)
			for _, pkg := range order {
				want := result{}
				if pkg == "." {
					want = result{"", strings.Join(found, ""), 1}
				}
				if r := vet(t, dir, pkg); r != want {
					t.Errorf("%s of %s: %+v, want %+v", pkg, order, r, want)
				}
			}
			if r := vet(t, dir, "-json", "./top"); r != (result{}) {
				t.Errorf("-json: %+v", r)
			}

			if !*torture {
				continue
			}
			// The package is looked at with its tests, and for top without them.
			writeFile(t, filepath.Join(dir, "in_test.go"), "package app\n\nfunc in(s *Session) { s.GetTags()[0] = \"x\" }\n")
			writeFile(t, filepath.Join(dir, "out_test.go"), "package app_test\n\nimport (\n\t\"example.com/app\"\n\t_ \"example.com/app/top\"\n)\n\n"+
				"func out(s *app.Session) { s.GetTags()[0] = \"x\" }\n")
			_, lost, _ := strings.Cut(found[0], ": ")
			want := result{"", found[0] + "in_test.go:3:23: " + lost + "out_test.go:8:28: " + lost, 1}
			for range 2 {
				if r := vet(t, dir, "-sessionlost", "./..."); r != want {
					t.Errorf("with tests: %+v, want %+v", r, want)
				}
			}
			if r := vet(t, dir, "-sessionlost", "-json", "."); strings.Count(r.stdout, `"posn"`) != 3 {
				t.Errorf("with tests and -json: %+v", r)
			}
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
		lines := slices.Sorted(strings.Lines(r.stderr)) // it goes by the rules
		if !slices.Equal(lines, found) {
			t.Errorf("found\n%q\nwant\n%q", lines, found)
		}
	})

	t.Run("finds nothing in the repository", func(t *testing.T) { // make staticcheck looks at the other modules
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
			{"-format json .", "there is no such form; use text or github"},
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
		units, err := decodeUnits([]byte(output))
		if err == nil {
			_, err = units.findings()
		}
		if err == nil {
			t.Errorf("%s: no error", output)
		}
	}
}

func TestVetTellsAFailureOfOneLookAtAPackage(t *testing.T) {
	const fails, finds = `{"app": {"sessionlost": {"error": "failed"}}}`, `{"app": {"sessionlost": []}}`
	for _, output := range []string{fails + finds, finds + fails} {
		units, err := decodeUnits([]byte(output))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := units.findings(); err == nil {
			t.Errorf("%s: no error", output)
		}
	}
}

func TestVetMergesLooksAtAPackage(t *testing.T) {
	const a, b = `{"posn": "a.go:1:2", "message": "a"}`, `{ "posn": "b.go:1:2", "message": "b" }`
	units, err := decodeUnits([]byte(`{"app": {"r": [` + a + `]}} {"app": {"r": [` + b + `, ` + a + `]}} {} {"app": {"r": [` + a + `]}, "top": {"r": []}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"posn":"a.go:1:2","message":"a"},{"posn":"b.go:1:2","message":"b"}]`
	if got := string(units["app"]["r"]); got != want || len(units) != 2 {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestPositionMayHaveColonsInItsFileAndNoColumn(t *testing.T) {
	for s, want := range map[string]string{
		`C:\app\app.go:3:14`: `C:\app\app.go:3:14`,
		"/app/app.go:3:14":   "/app/app.go:3:14",
		`C:\app\app.qtpl:7`:  `C:\app\app.qtpl:7`,
		"/app/app.qtpl:7":    "/app/app.qtpl:7",
		"-":                  "-",
	} {
		if got := position(s).String(); got != want {
			t.Errorf("%s is %s, want %s", s, got, want)
		}
	}
}
