// Package gentest lets go test fail where generated sessions are stale. One test
// is enough for a module, in whichever of its packages:
//
//	func TestSessionsAreUpToDate(t *testing.T) { gentest.UpToDate(t) }
//
// It runs the command of the module's tool line, which this adds:
//
//	go get -tool github.com/sessiongen/sessiongen/cmd/sessiongen
//
// A binary or test that imports the package depends on nothing that the command
// needs.
package gentest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const command = "github.com/sessiongen/sessiongen/cmd/sessiongen"

// UpToDate fails the test if sessiongen -check ./... finds anything stale or
// wrong in the module that the test belongs to, and says what. Nested modules
// need a test of their own.
//
// The command sees the files that go test sees, but for its flag -tags, which a
// test does not learn of: set GOFLAGS=-tags=... instead. With a GOOS whose programs
// do not run here, the test fails, because the command is built for it, too.
//
// A cached result is as good as a new one: go test keeps it only while the files
// in the module's folders, with what is vendored there, have the same sizes and
// times. It does not look at what the module takes from other folders, by a replace
// line or a go.work file: after a change there, run go test -count=1.
//
// The test is skipped where there is no go command, as where a compiled test
// binary runs without its sources. Under go test there always is one.
func UpToDate(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skipf("skipped, needs the go command: %v", err)
	}
	if err := check(t); err != nil {
		t.Error(err)
	}
}

func check(t testing.TB) error {
	mod, err := run(t, ".", "env", "GOMOD")
	if err != nil {
		return err
	}
	mod = strings.TrimSpace(mod)
	if mod == "" || mod == os.DevNull {
		return errors.New("this folder is in no module; run the test in the folder of its package, as go test does")
	}
	root := filepath.Dir(mod)
	openInputs(root)
	tools, err := run(t, root, "tool")
	if err != nil {
		return err
	}
	how := "run"
	if slices.Contains(strings.Fields(tools), command) {
		how = "tool"
	}
	diff, err := run(t, root, how, command, "-check", "./...")
	switch {
	case diff != "":
		return fmt.Errorf("generated code is stale; run go generate ./... and commit what it writes:\n%s", diff)
	case err != nil && how == "run":
		return fmt.Errorf("%w\nIf the command is missing, add it with go get -tool %s", err, command)
	}
	return err
}

// run runs the go command and returns what it prints on standard output.
func run(t testing.TB, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		err = fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), err
}
