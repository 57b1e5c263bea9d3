package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gentested are the files of a module with a test that checks it. The test is in
// a package that imports neither the session nor what that is made of, which is in a
// folder that ./... leaves out.
func gentested() map[string]string {
	return map[string]string{
		"testdata/model/model.go": "package model\n\ntype Count int\n",
		"shop/shop.go": "package shop\n\nimport \"example.com/app/testdata/model\"\n\n" + goGenerate + " go tool sessiongen\n\n" +
			"type SessionFields struct{ Visits model.Count }\n",
		"check/check_test.go": "package check\n\nimport (\n\t\"testing\"\n\n\t\"" + modulePath + "/runtime/gentest\"\n)\n\n" +
			"func TestSessionsAreUpToDate(t *testing.T) { gentest.UpToDate(t) }\n",
	}
}

// ago is when what age ages was changed last.
var ago = time.Now().Add(-time.Hour)

// age lets all files seem to be old. Where one was changed a moment ago, go test
// keeps no result, because it may be changing still.
func age(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(name, ago, ago)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goTest runs the test. With -trimpath the tests of several modules are one binary,
// of which go test keeps one list of inputs; what is alike in no two folders keeps
// them apart.
func goTest(t *testing.T, dir string, env ...string) result {
	t.Helper()
	apart := strings.ReplaceAll(filepath.ToSlash(dir), "/", "_")
	return command(t, dir, env, "go", "test", "-vet=off", "-run", "UpToDate|"+apart, "./check")
}

func TestUpToDateNoticesWhatChangedAfterGoTestKeptItsResult(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, gentested())
	if r := command(t, dir, nil, "go", "generate", "./..."); r.code != 0 {
		t.Fatal(r.stderr)
	}
	age(t, dir)
	if r := goTest(t, dir); r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	cached := func() {
		t.Helper()
		if r := goTest(t, dir); !strings.Contains(r.stdout, "(cached)") {
			t.Fatalf("go test keeps no result, so that nothing is shown here\n%s%s", r.stdout, r.stderr)
		}
	}
	for i, c := range []struct{ change, file, old, new, want string }{
		{"a field more", "shop/shop.go", "model.Count }", "model.Count; More int }", "+func (s *Session) GetMore() int"},
		{"a type of another package", "testdata/model/model.go", "Count int", "Count int8", "SessionFields.Visits: it was stored as int and is int8"},
		{"another output", "shop/session_gen.go", "HasVisits()", "HadVisits()", "-func (s *Session) HadVisits() bool"},
		{"a field that can't be stored", "shop/shop.go", "Visits model.Count", "Visits chan int", "shop.go:7:28: SessionFields.Visits: gob can't store chan int;"},
	} {
		if i > 1 && !*torture {
			break
		}
		name := filepath.Join(dir, c.file)
		text := readFile(t, name)
		cached()
		writeFile(t, name, strings.Replace(text, c.old, c.new, 1))
		if err := os.Chtimes(name, ago, ago.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := goTest(t, dir); r.code != 1 || !strings.Contains(r.stdout, c.want) {
			t.Errorf("%s: exit %d\n%s%s, want %s", c.change, r.code, r.stdout, r.stderr, c.want)
		}
		writeFile(t, name, text)
		age(t, dir)
	}

	cached()
	declaration, soon := filepath.Join(dir, "shop/shop.go"), time.Now().Add(time.Hour)
	if err := os.Chtimes(declaration, soon, soon); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r := goTest(t, dir); r.code != 0 || strings.Contains(r.stdout, "(cached)") {
			t.Errorf("a file that may be changing still: exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	}
	age(t, dir)

	cached()
	writeFile(t, filepath.Join(dir, "more/more.go"), "//go:build more\n\npackage more\n\n"+goGenerate+" go tool sessiongen\ntype MoreFields struct{ N int }\n")
	age(t, dir)
	if r := goTest(t, dir); r.code != 0 {
		t.Errorf("a file that the build tags exclude: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	cached()
	work := filepath.Join(t.TempDir(), "go.work")
	writeFile(t, work, "go 1.26.0\n\nuse "+filepath.ToSlash(dir)+"\n")
	for _, env := range []string{goFlags + " -mod=mod", "GOWORK=" + work} {
		if r := goTest(t, dir, env); r.code != 0 || strings.Contains(r.stdout, "(cached)") {
			t.Errorf("%s: exit %d\n%s%s", env, r.code, r.stdout, r.stderr)
		}
	}
	if r := goTest(t, dir, goFlags+" -tags=more"); r.code != 1 || !strings.Contains(r.stdout, "+++ more/more_gen.go") {
		t.Errorf("build tags in GOFLAGS: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	writeFile(t, filepath.Join(dir, "more/more.go"), "package more\n\n"+goGenerate+" go tool sessiongen\ntype MoreFields struct{ N int }\n")
	age(t, dir)
	if r := goTest(t, dir); r.code != 1 || !strings.Contains(r.stdout, "run go generate ./... and commit what it writes") {
		t.Errorf("a package more: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUpToDateRunsAgainAfterAChangeOfAnyFileThatTheCommandReads(t *testing.T) {
	t.Parallel()
	files := gentested()
	files["shop/shop.go"] = strings.ReplaceAll(files["shop/shop.go"], "example.com/app/testdata/model", "example.com/dep/_model")
	files["dep/go.mod"] = "module example.com/dep\n\ngo 1.26.0\n"
	files["dep/_model/model.go"] = files["testdata/model/model.go"] // ./... would leave the folder out
	files["dep/dep.go"] = "package dep\n"
	files["shop/vendor/dep.go"] = "package dep\n" // nothing is found there with modules
	dir := toolModule(t, files)
	mod := filepath.Join(dir, "go.mod")
	writeFile(t, mod, readFile(t, mod)+"\nrequire example.com/dep v0.0.0\n\nreplace example.com/dep => ./dep\n")
	for _, args := range [][]string{{"mod", "vendor"}, {"generate", "./..."}} {
		if r := command(t, dir, nil, "go", args...); r.code != 0 {
			t.Fatal(r.stderr)
		}
	}
	// The list of a folder tells go test of its files, but of none that a link leads to.
	for _, name := range []string{"go.mod", "go.sum", "shop/shop.go", "shop/session.schema", "vendor/modules.txt"} {
		linked := filepath.Join(t.TempDir(), filepath.Base(name))
		writeFile(t, linked, readFile(t, filepath.Join(dir, name)))
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(linked, filepath.Join(dir, name)); err != nil {
			t.Skipf("skipped, needs a file system with symbolic links: %v", err)
		}
	}
	age(t, dir)
	if r := goTest(t, dir); r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	for i, c := range []struct {
		file   string
		counts bool
	}{
		{"vendor/example.com/dep/_model/model.go", true},
		{"shop/session.schema", true},
		{"dep/dep.go", false},
		{"go.mod", true},
		{"go.sum", true},
		{"shop/shop.go", true},
		{"vendor/modules.txt", true},
		{"shop/vendor/dep.go", false},
	} {
		if i > 1 && !*torture {
			break
		}
		if r := goTest(t, dir); !strings.Contains(r.stdout, "(cached)") {
			t.Fatalf("go test keeps no result, so that nothing is shown of %s\n%s%s", c.file, r.stdout, r.stderr)
		}
		// Another time is a change for go test, and none for the command.
		if err := os.Chtimes(filepath.Join(dir, c.file), ago, ago.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if r := goTest(t, dir); r.code != 0 || strings.Contains(r.stdout, "(cached)") == c.counts {
			t.Errorf("%s: exit %d\n%s%s", c.file, r.code, r.stdout, r.stderr)
		}
		age(t, dir)
	}
	writeFile(t, filepath.Join(dir, "vendor/example.com/dep/_model/model.go"), "package model\n\ntype Count int8\n")
	if r := goTest(t, dir); r.code != 1 || !strings.Contains(r.stdout, "it was stored as int and is int8") {
		t.Errorf("another type in a vendored package: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUpToDateWorksWithoutToolLineIfTheModulesAreThere(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", gentested())
	if r := goTest(t, dir); r.code != 1 || !strings.Contains(r.stdout, "+++ shop/session_gen.go") {
		t.Errorf("stale: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	sessiongen(t, dir, "./...")
	if r := goTest(t, dir, "GOFILE=check_test.go", "GOLINE=3"); r.code != 0 {
		t.Errorf("up to date, run by go generate: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUpToDateTellsHowToGetTheCommand(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", gentested())
	// What go mod tidy leaves of it where nothing needs the command.
	var sums strings.Builder
	for line := range strings.Lines(readFile(t, filepath.Join(dir, "go.sum"))) {
		if !strings.HasPrefix(line, "golang.org/x/") {
			sums.WriteString(line)
		}
	}
	writeFile(t, filepath.Join(dir, "go.sum"), sums.String())
	if r := goTest(t, dir); r.code != 1 || !strings.Contains(r.stdout, "go get -tool "+modulePath+"/cmd/sessiongen") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUpToDateIsSkippedWithoutTheGoCommand(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, gentested())
	binary := filepath.Join(dir, "check.test.exe")
	if r := command(t, dir, nil, "go", "test", "-c", "-o", binary, "./check"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	r := command(t, t.TempDir(), []string{"PATH="}, binary, "-test.v")
	if r.code != 0 || !strings.Contains(r.stdout, "--- SKIP") || !strings.Contains(r.stdout, "needs the go command") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	r = command(t, t.TempDir(), nil, binary)
	if r.code != 1 || !strings.Contains(r.stdout, "is in no module") {
		t.Errorf("with the go command, in no module: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestUpToDateBringsNothingOfTheCommandIntoABuild(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, gentested())
	r := command(t, dir, nil, "go", "list", "-deps", "-test", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./check")
	want := "example.com/app/check\n" + modulePath + "/runtime/gentest\nexample.com/app/check [example.com/app/check.test]\nexample.com/app/check.test\n"
	if r.code != 0 || r.stdout != want {
		t.Errorf("exit %d\n%s%s, want\n%s", r.code, r.stdout, r.stderr, want)
	}
}
