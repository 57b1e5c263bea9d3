package faults

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

// versions is a module with the versions of an app, each in a folder of its own.
type versions struct{ dir string }

// newVersions returns the module, without any version in it.
func newVersions(t *testing.T) versions {
	t.Helper()
	v := versions{t.TempDir()}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mod := strings.Replace(readFile(t, "go.mod"), "=> ../", "=> "+root, 1)
	writeFile(t, filepath.Join(v.dir, "go.mod"), strings.Replace(mod, "sessiongen/faults\n", "shop\n", 1))
	writeFile(t, filepath.Join(v.dir, "go.sum"), readFile(t, "go.sum"))
	v.mustRun(t, ".", "go", "build", "-o", "sessiongen", "github.com/sessiongen/sessiongen/cmd/sessiongen")
	return v
}

// begin makes the folder of a version: all that was there before, which is nothing
// for the first one, with another declaration. The edits are made to that
// declaration: each is an expression for the old text, followed by the new text.
func (v versions) begin(t *testing.T, name, before, declaration string, edits ...string) {
	t.Helper()
	if before != "" {
		if err := os.CopyFS(filepath.Join(v.dir, name), os.DirFS(filepath.Join(v.dir, before))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"app.go", "variable.go", "shape.go"} {
		writeFile(t, filepath.Join(v.dir, name, file), readFile(t, filepath.Join("testdata/deploy", file)))
	}
	text := readFile(t, filepath.Join("testdata/deploy", declaration, "session.go"))
	for i := 0; i < len(edits); i += 2 {
		old := regexp.MustCompile(edits[i])
		if len(old.FindAllString(text, -1)) != 1 {
			t.Fatalf("%s has not one %q", declaration, old)
		}
		text = old.ReplaceAllLiteralString(text, edits[i+1])
	}
	writeFile(t, filepath.Join(v.dir, name, "session.go"), text)
}

// generate runs the tool in the folder of a version, and returns what it says
// against it.
func (v versions) generate(t *testing.T, name string, args ...string) string {
	t.Helper()
	stdout, stderr, code := v.run(t, name, filepath.Join(v.dir, "sessiongen"), args...)
	if stdout != "" || (code != 0) != (stderr != "") || code != 0 && code != 2 {
		t.Fatalf("%s: sessiongen %v: exit %d\n%s%s", name, args, code, stdout, stderr)
	}
	return stderr
}

// mustGenerate runs the tool, which must have nothing to say.
func (v versions) mustGenerate(t *testing.T, name string, args ...string) {
	t.Helper()
	if said := v.generate(t, name, args...); said != "" {
		t.Fatalf("%s: sessiongen %v:\n%s", name, args, said)
	}
}

// build builds the programs of all versions.
func (v versions) build(t *testing.T) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(v.dir, "bin"), 0o777); err != nil {
		t.Fatal(err)
	}
	v.mustRun(t, ".", "go", "build", "-o", "bin", "./...")
}

func (v versions) mustRun(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	if stdout, stderr, code := v.run(t, folder, program, args...); code != 0 {
		t.Fatalf("%s %v: exit %d\n%s%s", program, args, code, stdout, stderr)
	}
}

func (v versions) run(t *testing.T, folder, program string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = filepath.Join(v.dir, folder)
	cmd.Env = append(os.Environ(), "PWD="+cmd.Dir, "GOWORK=off", "GOFLAGS="+ownFlags(), "GOFILE=", "GOLINE=", "GOPACKAGE=")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// ownFlags returns the flags that this test was built with, so that nothing is
// compiled in two ways.
func ownFlags() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var flags []string
	for _, s := range info.Settings {
		if (s.Key == "-race" || s.Key == "-trimpath") && s.Value == "true" {
			flags = append(flags, s.Key)
		}
	}
	return strings.Join(flags, " ")
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
