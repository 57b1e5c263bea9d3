package main

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

const (
	modulePath      = "github.com/sessiongen/sessiongen"
	packagedVersion = "v0.0.1"
)

// TestAnotherModule gets this module as its users do, from a module proxy, with
// nothing at hand but what the proxy gives. The go command builds a tool anew
// for each module cache, so what needs one shares it, one after the other.
func TestAnotherModule(t *testing.T) {
	t.Parallel()
	env := usersEnv(t)
	if *torture {
		t.Run("is served by the package", func(t *testing.T) { usePackage(newUser(t, env)) })
	} else {
		leftout.Say(leftout.Short)
		t.Logf("short form of %s; -torture also vendors, generates, checks and runs what the package serves", t.Name())
	}
	t.Run("does what the pages show", func(t *testing.T) { followPages(newUser(t, env)) })
}

func usePackage(shop user) {
	shop.run("go", "get", "-tool", modulePath+"/cmd/sessiongen@"+packagedVersion)

	// The tool line alone brings all that the output needs, before any file of the
	// module imports it.
	bare := filepath.Join(shop.dir, "bare.go")
	writeFile(shop.T, bare, "package main\n\n"+goGenerate+" go tool sessiongen\ntype SessionFields struct{ N int }\n\nfunc main() {}\n")
	shop.run("go", "mod", "vendor")
	shop.run("go", "generate", "./...")
	shop.run("go", "build", "-mod=vendor", "./...")
	for _, file := range []string{"bare.go", "session_gen.go", "vendor"} {
		if err := os.RemoveAll(filepath.Join(shop.dir, file)); err != nil {
			shop.Fatal(err)
		}
	}

	writeFile(shop.T, filepath.Join(shop.dir, "main.go"), shopProgram)
	shop.run("go", "generate", "./...")
	shop.run("go", "build", "./...")
	shop.run("go", "vet", "./...")
	shop.prints("s3cret\n", "go", "run", ".")
	shop.prints("", "go", "tool", "sessiongen", "-check", "./...")
	shop.prints("sessiongen "+packagedVersion+"\n", "go", "tool", "sessiongen", "-version")

	shop.run("go", "mod", "tidy")
	shop.prints("", "go", "tool", "sessiongen", "-check", "./...")
	shop.prints("s3cret\n", "go", "run", ".")

	wantModules := []string{"example.com/shop", "github.com/bradfitz/gomemcache", modulePath, "github.com/google/uuid"}
	listed := shop.run("go", "list", "-deps", "-f", "{{if not .Standard}}{{.Module.Path}} {{.ImportPath}}{{end}}", ".")
	var modules []string
	for line := range strings.Lines(listed) {
		module, pkg, _ := strings.Cut(strings.TrimSpace(line), " ")
		modules = append(modules, module)
		if module == modulePath && !strings.HasPrefix(pkg, modulePath+"/runtime") {
			shop.Errorf("the build of a user has package %s", pkg)
		}
	}
	slices.Sort(modules)
	slices.Sort(wantModules)
	if modules = slices.Compact(modules); !slices.Equal(modules, wantModules) {
		shop.Errorf("the build of a user has modules %q, want %q", modules, wantModules)
	}

	writeFile(shop.T, filepath.Join(shop.dir, "fresh_test.go"), "package main\n\nimport (\n\t\"testing\"\n\n\t\""+modulePath+"/runtime/gentest\"\n)\n\n"+
		"func TestSessionsAreUpToDate(t *testing.T) { gentest.UpToDate(t) }\n")
	shop.run("go", "test", ".")
	shop.run("go", "mod", "vendor")
	shop.prints("s3cret\n", "go", "run", "-mod=vendor", ".")
	shop.prints("", "go", "tool", "sessiongen", "-check", "./...")
	shop.run("go", "test", "-mod=vendor", ".")
}

// user is a module that is no part of this one.
type user struct {
	*testing.T
	dir string
	env []string
}

// usersEnv returns an environment with an empty module cache and no network:
// only a proxy that serves this module, and what the own module cache has of
// others.
func usersEnv(t *testing.T) []string {
	t.Helper()
	proxy := t.TempDir()
	packModule(t, filepath.Join(proxy, filepath.FromSlash(modulePath), "@v"))
	cache := strings.TrimSpace(command(t, root, nil, "go", "env", "GOMODCACHE").stdout)
	downloadModules(t)
	return []string{
		"GOPROXY=" + fileURL(proxy) + "," + fileURL(filepath.Join(cache, "cache", "download")),
		"GOMODCACHE=" + t.TempDir(),
		"GOENV=off",
		"GONOPROXY=",
		"GOPRIVATE=",
		"GOSUMDB=off",
		"GOTOOLCHAIN=local",
		goFlags + " -modcacherw",
	}
}

// newUser returns a user who has nothing but a go.mod.
func newUser(t *testing.T, env []string) user {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/shop\n\ngo 1.26.0\n")
	return user{T: t, dir: dir, env: env}
}

// downloadModules gets every module that this one's go.mod leads to: go mod
// tidy of a user looks into the tests of dependencies, too, for which a build
// of this module needs nothing. It is done outside of any module, so that go.sum
// stays as it is.
func downloadModules(t *testing.T) {
	t.Helper()
	goCommand := func(dir string, args ...string) string {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("the modules can't be downloaded: %v\n%s", err, output)
		}
		return string(output)
	}
	listed := goCommand(root, "list", "-m", "-f", "{{if not .Main}}{{.Path}}@{{.Version}}{{end}}", "all")
	var modules []string
	for _, word := range strings.Fields(listed) {
		if strings.Contains(word, "@") { // and no word of "go: downloading ..."
			modules = append(modules, word)
		}
	}
	goCommand(t.TempDir(), append([]string{"mod", "download"}, modules...)...)
}

const shopProgram = `package main

import (
	"context"
	"fmt"
	"log"

	"github.com/sessiongen/sessiongen/runtime"
)

` + goGenerate + ` go tool sessiongen

// SessionFields is what the shop remembers of one visitor.
type SessionFields struct {
	// Token guards the forms against cross-site requests.
	Token string
	Cart  []string ` + "`session:\",lazy\"`" + `
}

func main() {
	ctx := context.Background()
	sessions, err := NewSessions(runtime.Config{Store: runtime.NewMemory()})
	if err != nil {
		log.Fatal(err)
	}
	cookie, err := sessions.Issue(ctx, SessionFields{Token: "s3cret"})
	if err != nil {
		log.Fatal(err)
	}
	s, err := sessions.Open(ctx, cookie.Value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.GetToken())
}
`

// run runs a command that must succeed and returns its output.
func (u user) run(name string, args ...string) string {
	u.Helper()
	r := command(u.T, u.dir, u.env, name, args...)
	if r.code != 0 {
		u.Fatalf("%s %s: exit %d\n%s%s", name, strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

// prints runs a command that must succeed and print want.
func (u user) prints(want, name string, args ...string) {
	u.Helper()
	if got := u.run(name, args...); got != want {
		u.Errorf("%s %s printed %q, want %q", name, strings.Join(args, " "), got, want)
	}
}

func fileURL(dir string) string {
	slashed := filepath.ToSlash(dir)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

// packModule writes the files with which a module proxy serves this module.
func packModule(t *testing.T, dir string) {
	t.Helper()
	base := filepath.Join(dir, packagedVersion)
	writeFile(t, filepath.Join(dir, "list"), packagedVersion+"\n")
	writeFile(t, base+".info", fmt.Sprintf(`{"Version":%q}`, packagedVersion))
	writeFile(t, base+".mod", readFile(t, filepath.Join(root, "go.mod")))
	f, err := os.Create(base + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	if err := zipModule(w, root); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// zipModule adds the files of the module in dir, which are neither those of
// modules within it nor hidden.
func zipModule(w *zip.Writer, dir string) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		if entry.IsDir() {
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return zipFile(w, path.Join(modulePath+"@"+packagedVersion, filepath.ToSlash(rel)), name)
	})
}

func zipFile(w *zip.Writer, entry, name string) error {
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.Create(entry)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return err
}
