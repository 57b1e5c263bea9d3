package load

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	plain   = packages.NeedName | packages.NeedFiles
	linked  = plain | packages.NeedImports | packages.NeedDeps
	tested  = linked | packages.NeedForTest
	exports = linked | packages.NeedExportFile
)

const various = `
-- app.go --
package app

import _ "example.com/app/shop"
-- app_plan9.go --
package app
-- asm_plan9.s --
-- shop/shop.go --
package shop

import "net/url"

type SessionFields struct{ Last url.URL }
-- shop/c.go --
package shop

import "C"
-- shop/shop_test.go --
package shop

import "testing"

func TestIn(*testing.T) {}
-- shop/outside_test.go --
package shop_test

import (
	"testing"

	"example.com/app/shop"
	"example.com/app/uses"
)

func TestOut(*testing.T) { var _ = []any{shop.SessionFields{}, uses.S{}} }
-- uses/uses.go --
package uses

import "example.com/app/shop"

type S = shop.SessionFields
-- tests/tests_test.go --
package tests
-- tagged/tagged.go --
//go:build tagged

package tagged
`

// What packages.Load says of a package, the command has always relied on.
func TestPackagesAreListedAsPackageGoPackagesDoes(t *testing.T) {
	dir := newModule(t, various)
	for _, c := range []struct {
		name     string
		mode     packages.LoadMode
		tests    bool
		flags    string
		env      string
		patterns string
	}{
		{"one", plain, false, "", "", "./shop"},
		{"without cgo", plain, false, "", "CGO_ENABLED=0", "./shop"},
		{"another system", plain, false, "", "GOOS=plan9", "."},
		{"a tag", plain, false, "-tags=tagged", "", "./tagged ./shop"},
		{"flags of the environment", plain, false, "", "GOFLAGS=-tags=tagged", "./tagged"},
		{"by path", plain, false, "", "", "example.com/app/shop"},
		{"twice", plain, false, "", "", "./shop ./shop ./..."},
		{"tests", tested, true, "", "", ". ./shop ./uses"},
		{"exports", exports, false, "", "CGO_ENABLED=0", "example.com/app net/url context"},
		{"a pattern of nothing", plain, false, "", "", "./nothing/..."},
		{"missing", plain, false, "", "", "./missing"},
		{"excluded", plain, false, "", "", "./tagged"},
		{"missing among others", tested, true, "", "", "./missing ./shop"},
		{"a wrong flag", plain, false, "-wrong", "", "./shop"},
		{"a wrong environment", plain, false, "", "GOOS=nothing", "./shop"},
		{"a query", plain, false, "", "", "file=shop/shop.go"},
		{"a driver that fails", plain, false, "", "GOPACKAGESDRIVER=./missing", "./shop"},
		{"no driver", plain, false, "", "GOPACKAGESDRIVER=off", "./shop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := packages.Config{
				Dir:   dir,
				Env:   append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=", cmp.Or(c.env, "NOTHING=")),
				Mode:  c.mode,
				Tests: c.tests,
			}
			if c.flags != "" {
				config.BuildFlags = []string{c.flags}
			}
			theirs := config
			want, wantErr := packages.Load(&theirs, strings.Fields(c.patterns)...)
			got, err := loadPackages(config, strings.Fields(c.patterns))
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("error %v, want %v", err, wantErr)
			}
			if got, want := describe(got), describe(want); got != want {
				t.Errorf("listed:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// describe writes down what the command uses of packages and of what they
// import.
func describe(roots []*packages.Package) string {
	var text strings.Builder
	for _, root := range roots {
		fmt.Fprintln(&text, "root", root.ID)
	}
	packages.Visit(roots, nil, func(p *packages.Package) {
		fmt.Fprintln(&text, p.ID, p.Name, p.PkgPath, p.ForTest, p.GoFiles, p.IgnoredFiles, p.ExportFile, p.Errors)
		for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
			fmt.Fprintln(&text, "\t", path, p.Imports[path].ID)
		}
	})
	return text.String()
}

// What is in order must not take the slow way unnoticed.
func TestWhatIsInOrderIsAskedOnce(t *testing.T) {
	dir := newModule(t, various)
	// GOFLAGS may ask for what needs cgo.
	config := packages.Config{Dir: dir, Env: append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOPACKAGESDRIVER=off")}
	for _, mode := range []packages.LoadMode{plain, tested, exports} {
		config.Mode, config.Tests = mode, mode == tested
		list, err := goList(config, []string{".", "./shop"})
		if err != nil || link(list, mode) == nil {
			t.Errorf("mode %v: %d packages, error %v", mode, len(list), err)
		}
	}
}

func TestDriverOfPackageGoPackagesIsHeeded(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for value, want := range map[string]bool{"": false, "off": false, "bazel": true} {
		if got := hasDriver([]string{"GOPACKAGESDRIVER=other", "GOPACKAGESDRIVER=" + value}); got != want {
			t.Errorf("GOPACKAGESDRIVER=%s: %t, want %t", value, got, want)
		}
	}
	if runtime.GOOS == "windows" {
		return // where the file would have to be a real program
	}
	driver := filepath.Join(os.Getenv("PATH"), "gopackagesdriver")
	if err := os.WriteFile(driver, []byte("#!/bin/sh\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	if !hasDriver(nil) {
		t.Error("a driver on the path is not seen")
	}
}

func TestGoCommandCollectsGarbageAsTheEnvironmentSays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped, needs a Unix shell")
	}
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '{\"ImportPath\": \"%s\"}' $GOGC\n"
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for env, want := range map[string]string{"NOTHING=": "400", "GOGC=50": "50", "GOGC=off": "off"} {
		list, err := goList(packages.Config{Dir: dir, Env: []string{env}, Mode: packages.NeedName}, []string{"."})
		if err != nil || len(list) != 1 || list[0].ImportPath != want {
			t.Errorf("%s: GOGC is %v, want %s (%v)", env, list, want, err)
		}
	}
}
