package vet

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// checkedModule returns the folder of a module that has the packages of testdata,
// and what sessiongen writes for them, with the runtime of the checkout.
func checkedModule(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	mod := read(t, filepath.Join(root, "go.mod"))
	required := strings.Join(regexp.MustCompile(`(?s)\nrequire \(\n.*?\n\)\n`).FindAllString(mod, -1), "")
	write(t, filepath.Join(dir, "go.mod"), "module example.com/checked\n\ngo 1.26.0\n"+required+
		"\nrequire github.com/sessiongen/sessiongen v0.0.0\n\nreplace github.com/sessiongen/sessiongen => "+root+"\n")
	write(t, filepath.Join(dir, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	cmd := exec.Command("go", "run", "github.com/sessiongen/sessiongen/cmd/sessiongen", "./...")
	cmd.Dir = dir
	// As in the tests of the command, so that packages are built once for all.
	cmd.Env = append(os.Environ(), "GOFLAGS="+os.Getenv("GOFLAGS")+" -trimpath", "GOWORK=off", "GOPROXY=off", "GOFILE=", "GOLINE=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestRulesFindWhatIsWrongAndNothingElse(t *testing.T) {
	// All rules look at all packages, which are loaded but once.
	all := &analysis.Analyzer{Name: "all", Doc: "all rules"}
	for _, rule := range Analyzers() {
		all.Requires = append(all.Requires, rule.Requires...)
	}
	all.Run = func(pass *analysis.Pass) (any, error) {
		for _, rule := range Analyzers() {
			if _, err := rule.Run(pass); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	analysistest.Run(t, checkedModule(t), all, "./...")
}

func TestRulesAreValid(t *testing.T) {
	if err := analysis.Validate(Analyzers()); err != nil {
		t.Error(err)
	}
}
