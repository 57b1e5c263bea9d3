package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// ready is the version that the repositories of the tests are ready to release.
const ready = "v0.9.0"

// A repository is a clone of this one in which a test makes a mistake.
type repository struct {
	*testing.T
	place
}

// The repositories that others are cloned from, below base.
var (
	base         string
	whole, small struct {
		once sync.Once
		dir  string
	}
)

func TestMain(m *testing.M) {
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		os.Setenv("GIT_"+name+"_NAME", "Tester")
		os.Setenv("GIT_"+name+"_EMAIL", "tester@example.com")
	}
	var err error
	if base, err = os.MkdirTemp("", "repositories"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(base)
	os.Exit(code)
}

// readyRepository returns a repository of all that is committed here, as it is
// when nothing is left to do before the release.
func readyRepository(t *testing.T) repository {
	t.Helper()
	whole.once.Do(func() {
		r := repository{t, place{dir: "."}}
		whole.dir = r.clone(filepath.Join(base, "whole"))
		r.dir = whole.dir
		r.prepare(ready)
		r.commit()
	})
	r := repository{t, place{dir: whole.dir}}
	r.dir = r.clone(t.TempDir())
	return r
}

// smallRepository returns one of the module at the top, and a module contrib/small
// in place of all others, so that it is soon checked.
func smallRepository(t *testing.T) repository {
	t.Helper()
	small.once.Do(func() {
		r := readyRepository(t)
		for _, m := range r.modules() {
			if m.folder != "." {
				r.git("rm", "-rq", "--ignore-unmatch", m.folder) // one within another is gone with it
			}
		}
		r.write("contrib/small/go.mod", "module "+root+"/contrib/small\n\ngo 1.26.0\n\nrequire "+root+" "+ready+"\n\nreplace "+root+" => ../../\n")
		r.write("contrib/small/small.go", "// Package small uses sessions.\npackage small\n\nimport \""+root+"/runtime\"\n\n// Store is a store.\nvar Store runtime.Store = runtime.NewMemory()\n")
		r.tidy("contrib/small")
		r.commit()
		small.dir = r.clone(filepath.Join(base, "small"))
	})
	r := repository{t, place{dir: small.dir}}
	r.dir = r.clone(t.TempDir())
	return r
}

const root = "github.com/sessiongen/sessiongen"

// clone clones the repository into a folder below dir.
func (r repository) clone(dir string) string {
	r.Helper()
	top, err := topOf(r.dir)
	if err != nil {
		r.Fatal(err)
	}
	dir = filepath.Join(dir, "sessiongen")
	r.git("clone", "-q", top, dir)
	return dir
}

func (r repository) git(args ...string) string {
	r.Helper()
	said, err := r.place.run("git", args...)
	if err != nil {
		r.Fatal(err)
	}
	return said
}

// commit commits all that has changed.
func (r repository) commit() {
	r.Helper()
	r.git("add", "--all")
	r.git("commit", "-qm", "Change something")
}

func (r repository) modules() []module {
	r.Helper()
	all, err := findModules(r.place)
	if err != nil {
		r.Fatal(err)
	}
	return all
}

func (r repository) prepare(version string) {
	r.Helper()
	if code := run([]string{"prepare", "-C", r.dir, version}, new(bytes.Buffer), os.Stderr); code != 0 {
		r.Fatal("exit", code)
	}
}

func (r repository) tidy(folder string) {
	r.Helper()
	if _, err := r.in(folder).run("go", "mod", "tidy"); err != nil {
		r.Fatal(err)
	}
}

func (r repository) write(name, text string) {
	r.Helper()
	name = filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		r.Fatal(err)
	}
}

func (r repository) edit(name string, change func(string) string) {
	r.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		r.Fatal(err)
	}
	changed := change(string(text))
	if changed == string(text) {
		r.Fatalf("nothing changes in %s", name)
	}
	r.write(name, changed)
}

func (r repository) replace(name, old, new string) {
	r.Helper()
	r.edit(name, func(text string) string { return strings.ReplaceAll(text, old, new) })
}

// passes makes some checks, none of which may fail.
func (r repository) passes(version, checks string) {
	r.Helper()
	if code, said := r.check(version, checks); code != 0 {
		r.Fatalf("exit %d\n%s", code, said)
	}
}

// fails makes some checks, which must say all of these.
func (r repository) fails(version, checks string, want ...string) {
	r.Helper()
	code, said := r.check(version, checks)
	if code == 0 {
		r.Errorf("%s passes\n%s", checks, said)
	}
	for _, part := range want {
		if !strings.Contains(said, part) {
			r.Errorf("exit %d, not said: %q\n%s", code, part, said)
		}
	}
}

func (r repository) check(version, checks string) (code int, said string) {
	var out bytes.Buffer
	code = run([]string{"check", "-C", r.dir, "-only", checks, version}, &out, &out)
	return code, out.String()
}

// A mistake is one that a check must find.
type mistake struct {
	make func(repository)
	want []string // what is said of it
}

// finds makes each mistake in a repository of its own, and commits it.
func finds(t *testing.T, check string, start func(*testing.T) repository, mistakes map[string]mistake) {
	t.Helper()
	for name, m := range mistakes {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			r := start(t)
			m.make(r)
			if r.git("status", "--porcelain") != "" {
				r.commit()
			}
			r.fails(ready, check, append(m.want, fmt.Sprintf("FAIL  %s\n", check))...)
		})
	}
}
