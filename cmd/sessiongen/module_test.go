package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The shop of the command's documentation.
const documented = `package shop

import (
	"net/http"

	"github.com/sessiongen/sessiongen/runtime"
)

` + goGenerate + ` go tool sessiongen

// SessionFields is what the shop remembers of one visitor.
type SessionFields struct {
	// Token guards the forms against cross-site requests.
	Token  string
	Visits int
	Cart   []Item ` + "`session:\",lazy\"`" + `
	Notice string ` + "`session:\",flash\"`" + `
}

type Item struct{ Name string }

func Serve(servers string, mux http.Handler) error {
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemcache(servers)})
	if err != nil {
		return err
	}
	return http.ListenAndServe(":8080", sessions.Middleware(mux))
}
`

// toolModule returns a module that has the command as a tool, and nothing of
// its output.
func toolModule(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := newModule(t, "example.com/app", files)
	mod := readFile(t, filepath.Join(dir, "go.mod"))
	writeFile(t, filepath.Join(dir, "go.mod"), mod+"\ntool github.com/sessiongen/sessiongen/cmd/sessiongen\n")
	return dir
}

func TestGoGenerateWithToolLine(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, map[string]string{"shop.go": documented})
	for _, args := range [][]string{{"generate", "./..."}, {"vet", "./..."}, {"tool", "sessiongen", "-check", "./..."}} {
		if r := command(t, dir, nil, "go", args...); r != (result{}) {
			t.Fatalf("go %v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
		}
	}
}

func TestModuleWithoutTheRuntimeIsToldHowToGetIt(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", map[string]string{"shop.go": "package shop\n\ntype SessionFields struct{ N int }\n"})
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/app\n\ngo 1.26.0\n")
	r := command(t, dir, nil, "sessiongen", "-type", "SessionFields")
	if r.code != 2 || !strings.Contains(r.stderr, "go get -tool github.com/sessiongen/sessiongen/cmd/sessiongen") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "session_gen.go")); err == nil {
		t.Error("the output was written")
	}
}

// In such a module the go command lists no package that needs another module, and
// package go/packages does not pass on why.
func TestModuleThatIsNotTidyIsToldSo(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", map[string]string{"shop.go": "package shop\n\nimport \"time\"\n\ntype SessionFields struct{ At time.Time }\n"})
	mod := readFile(t, filepath.Join(dir, "go.mod"))
	older := strings.Replace(mod, "\ngo 1.26.0\n", "\ngo 1.26\n", 1) // than this module demands
	writeFile(t, filepath.Join(dir, "go.mod"), older)
	r := command(t, dir, nil, "sessiongen", "-type", "SessionFields")
	if want := "sessiongen: go: updates to go.mod needed; to update it: go mod tidy\n"; r.code != 2 || r.stderr != want {
		t.Errorf("exit %d\n%s, want\n%s", r.code, r.stderr, want)
	}
}

func TestVersionIsPrinted(t *testing.T) {
	t.Parallel()
	r := command(t, t.TempDir(), nil, "sessiongen", "-version")
	if name, version, _ := strings.Cut(strings.TrimSpace(r.stdout), " "); r.code != 0 || name != "sessiongen" || version == "" {
		t.Errorf("exit %d, printed %q", r.code, r.stdout)
	}
}

func TestFolderOutsideOfAnyModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "shop.go"), shop)
	if r := command(t, dir, nil, "sessiongen"); r.code != 2 || !strings.HasPrefix(r.stderr, "sessiongen: ") {
		t.Errorf("exit %d\n%s", r.code, r.stderr)
	}
}
func TestGoGenerateInAnotherFolder(t *testing.T) {
	t.Parallel()
	dir := toolModule(t, map[string]string{
		"app.go":       "package app\n\n" + goGenerate + " go -C model tool sessiongen -type UserFields\n",
		"model/app.go": "package model\n\ntype OtherFields struct{ N int }\n\ntype UserFields struct{ N int }\n",
	})
	for _, args := range [][]string{{"generate", "./..."}, {"vet", "./..."}, {"tool", "sessiongen", "-check", "./..."}} {
		if r := command(t, dir, nil, "go", args...); r != (result{}) {
			t.Fatalf("go %v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "model/user_gen.go")); err != nil {
		t.Error(err)
	}
}
