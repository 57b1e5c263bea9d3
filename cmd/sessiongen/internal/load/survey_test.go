package load

import (
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const directive = "//go:" + "generate sessiongen\n"

// newModule returns the folder of a module with the files of a text archive.
func newModule(t *testing.T, files string) string {
	t.Helper()
	// The go command prints names without symbolic links.
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse([]byte("-- go.mod --\nmodule example.com/app\n\ngo 1.26.0\n" + strings.ReplaceAll(files, "DIRECTIVE\n", directive)))
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const surveyed = `
-- app.go --
package app

import "fmt"
-- shop/shop.go --
package shop

import "net/url"

DIRECTIVE
type SessionFields struct{ Last url.URL }
-- shop/more.go --
package shop

import "time"
-- shop/more_plan9.go --
package shop

import "os/user"
-- shop/more_tagged.go --
//go:build tagged

package shop

import "os/signal"
-- shop/testdata/data.go --
package data

DIRECTIVE
import "math"
-- _old/old.go --
package old

DIRECTIVE
import "math"
-- tests/a_test.go --
package tests
`

func TestSurveyFindsImportsBesideDirectives(t *testing.T) {
	dir := newModule(t, surveyed)
	for _, c := range []struct {
		tags, pattern string
		imports       string
		tests         bool
	}{
		{"", ".", "fmt", false},
		{"", "./...", "net/url time", true},
		{"", "./shop", "net/url time", false},
		{"", "./shop/...", "net/url time", false},
		{"", filepath.Join(dir, "shop"), "net/url time", false},
		{"other,tagged", "./shop", "net/url os/signal time", false},
		{"", "./tests", "", true},
		{"", "./missing", "", true},
		{"", "example.com/app/shop", "", true},
		{"", "./.../shop", "", true},
		{"", "...", "", true},
	} {
		s := newSurvey(dir, c.tags, []string{c.pattern})
		imports := s.imports(&Program{Fset: token.NewFileSet(), contents: map[string][]byte{}, files: map[string]*File{}})
		slices.Sort(imports)
		if got := strings.Join(slices.Compact(imports), " "); got != c.imports || s.tests != c.tests {
			t.Errorf("%s with tags %q: imports %q, tests %t; want %q, %t", c.pattern, c.tags, got, s.tests, c.imports, c.tests)
		}
	}
}

// The guess misses what a package imports that is named by its path, and has
// too much if a file is for another system or names what there is not.
func TestWrongGuessIsMadeUpFor(t *testing.T) {
	dir := newModule(t, `
-- shop/shop.go --
package shop

import "net/url"

DIRECTIVE
type SessionFields struct{ Last url.URL }
-- missing/missing.go --
package missing

import (
	"net/url"

	"example.com/nowhere"
)

type SessionFields struct{ Last url.URL }

type other struct{ nowhere.T }
-- within/within.go --
package within

import (
	"example.com/app/broken"
)

type SessionFields struct{ Last broken.Last }
-- broken/broken.go --
package broken

import "net/url"

type Last = url.URL

var _ = missing
-- tested/tested.go --
package tested

import "net/url"

type SessionFields struct{ Last url.URL }
-- tested/tested_test.go --
package tested_test

import (
	"testing"

	"example.com/app/tested"
)

type T struct{ Last tested.SessionFields }

func Test(*testing.T) {}
`)
	for pattern, wrong := range map[string]int{
		"example.com/app/shop": 0,
		"./shop":               0,
		"./...":                2, // in the packages missing and broken
		"./missing":            1,
		"./within":             0,
		"./tested":             0,
	} {
		p, err := List(dir, append(os.Environ(), "GOPROXY=off", "GOFLAGS="+os.Getenv("GOFLAGS")+" -trimpath", "GOWORK=off"), "", []string{"context"}, pattern)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(p.Packages); err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, pkg := range p.Packages {
			found += len(pkg.Errors)
			for _, name := range []string{"SessionFields", "T"} {
				object := pkg.Types.Scope().Lookup(name)
				if object == nil {
					continue
				}
				field := object.Type().Underlying().(*types.Struct).Field(0)
				if _, isStruct := field.Type().Underlying().(*types.Struct); !isStruct {
					t.Errorf("%s: %s is %s in %s", pattern, field.Name(), field.Type(), pkg.Path)
				}
			}
		}
		if found != wrong {
			t.Errorf("%s: %d errors, want %d", pattern, found, wrong)
		}
	}
}

// An import may be spelled like a pattern, and then is none to look for.
func TestPatternIsNotTakenForAPackage(t *testing.T) {
	for _, path := range []string{"C", "unsafe", "all", "std", "example.com/...", "file=shop.go", "example.com/app@v1"} {
		if !isPattern(path) {
			t.Errorf("%q is taken for a package", path)
		}
	}
	for _, path := range []string{"context", "net/http", "example.com/app/all", "gopkg.in/yaml.v3"} {
		if isPattern(path) {
			t.Errorf("%q is not taken for a package", path)
		}
	}
}
