package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

var (
	update  = flag.Bool("update", false, "rewrite the transcripts and the wanted files in testdata")
	torture = flag.Bool("torture", false, "run the long form of the tests")
)

// noNap keeps a program with the race detector from sleeping a second at its end.
const noNap = "GORACE=atexit_sleep_ms=0"

// goFlags lets the go command find in its cache, whatever folder it is in, what
// it has built before, for these tests too.
var goFlags = "GOFLAGS=-trimpath"

func init() {
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		goFlags += " -race"
	}
}

// asTool, set in the environment, makes the test binary behave as sessiongen.
const asTool = "SESSIONGEN_TEST_AS_TOOL"

// goGenerate begins the directives in the sources that tests write. It is put
// together, because go generate would take it for one of this package.
const goGenerate = "//go:" + "generate"

// root is the top of the repository.
var root string

func TestMain(m *testing.M) {
	if answers := os.Getenv(asDriver); answers != "" {
		os.Exit(drive(answers, os.Args[1:]))
	}
	if os.Getenv(asTool) != "" {
		os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
	}
	flag.Parse()
	var err error
	if root, err = filepath.Abs("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A result is what a command left behind.
type result struct {
	stdout, stderr string
	code           int
}

// command runs a program in a folder. The program sessiongen is the test
// binary itself.
func command(t testing.TB, dir string, env []string, name string, args ...string) result {
	t.Helper()
	if name == "sessiongen" {
		name = os.Args[0]
		env = append(env, asTool+"=1")
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "PWD="+dir, "GOPROXY=off", goFlags, "GOWORK=off", "GOFILE=", "GOLINE=", "GOPACKAGE=", "GITHUB_WORKSPACE=", noNap), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// goMod returns a go.mod that takes this module from the checkout.
func goMod(t testing.TB, module string) string {
	t.Helper()
	own, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?s)\nrequire \(\n.*?\n\)\n`).FindAllString(string(own), -1)
	return "module " + module + "\n\ngo 1.26.0\n" + strings.Join(required, "") +
		"\nrequire github.com/sessiongen/sessiongen v0.0.0\n\nreplace github.com/sessiongen/sessiongen => " + root + "\n"
}

// newModule returns the folder of a new module that has the given files.
func newModule(t testing.TB, module string, files map[string]string) string {
	t.Helper()
	// go list prints names without symbolic links.
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "go.mod"), goMod(t, module))
	writeFile(t, filepath.Join(dir, "go.sum"), string(sums))
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return dir
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

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
