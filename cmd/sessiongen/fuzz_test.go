package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/emit"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schemafile"
)

// asDriver, set in the environment to the name of a folder, makes the test binary
// answer package go/packages with what is in there, in place of the go command,
// which takes too long for fuzzing.
const asDriver = "SESSIONGEN_TEST_AS_DRIVER"

// The answers: the package in the current folder, and all packages.
const (
	answerHere = "here.json"
	answerAll  = "all.json"
)

func drive(answers string, patterns []string) int {
	answer := answerAll
	if slices.Equal(patterns, []string{"."}) {
		answer = answerHere
	}
	data, err := os.ReadFile(filepath.Join(answers, answer))
	if err == nil {
		_, err = os.Stdout.Write(data)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// FuzzDeclaration gives a file to the generator, which must not panic, say what
// to do about all that it refuses, and write nothing but code that compiles. The
// imports of the seeds are all that there is to import.
func FuzzDeclaration(f *testing.F) {
	d := newDeclarer(rand.New(rand.NewPCG(1, 1)), helpers+"/shop")
	d.declare(4)
	sources := []string{d.preamble(), shop, documented}
	for _, text := range d.files {
		sources = append(sources, text)
	}
	sources = append(sources, clumsy...)
	slices.Sort(sources)
	for _, source := range sources {
		f.Add(source)
	}
	dir := newModule(f, helpers, map[string]string{"shop/shop.go": d.preamble()})
	if err := os.CopyFS(dir, os.DirFS("testdata/random")); err != nil {
		f.Fatal(err)
	}
	env := driven(f, dir, "shop")
	f.Fuzz(func(t *testing.T, source string) {
		env := env
		if !strings.Contains(source, "//go:generate") {
			source = goGenerate + " sessiongen\n" + source
			env = append(slices.Clip(env), "GOFILE=shop.go", "GOLINE=1")
		}
		writeFile(t, filepath.Join(dir, "shop/shop.go"), source)
		targets, wrong := find(filepath.Join(dir, "shop"), env, invocation.Invocation{})
		outputs, others := generate(targets, invocation.Invocation{})
		for _, d := range append(diagnostic.Of(targetPos(targets), wrong), diagnostic.Of(targetPos(targets), others)...) {
			own := strings.Contains(d.Text, "generated code does not compile") && len(targets[0].Package.Errors) == 0
			if own || strings.Contains(d.Text, "output is not Go") || !strings.Contains(d.Text, "; ") {
				t.Errorf("%s: %s: %s", d.Pos, d.Subject, d.Text)
			}
		}
		for _, o := range outputs {
			if strings.HasSuffix(o.name, ".schema") {
				if file, err := schemafile.Parse(o.data); err != nil || !bytes.Equal(file.Text(), o.data) {
					t.Errorf("%v: is read back otherwise than it was written:\n%s", err, o.data)
				}
				continue
			}
			if formatted, err := format.Source(o.data); others == nil && (err != nil || !bytes.Equal(formatted, o.data)) {
				t.Errorf("%s is not formatted: %v", o.name, err)
			}
		}
	})
}

// targetPos returns a place for what has none itself.
func targetPos(targets []target) token.Position {
	if len(targets) == 0 {
		return token.Position{}
	}
	return targets[0].Pos()
}

// driven returns an environment in which the package of that name, at the top of
// a module, is loaded as it is now, but for what is in its files.
func driven(t testing.TB, dir, name string) []string {
	t.Helper()
	env := append(os.Environ(), "GOFILE=", "GOWORK=off", goFlags, "GOPROXY=off", noNap)
	roots, err := packages.Load(&packages.Config{
		Dir: dir, Env: env,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
	}, append(emit.Imports, "./"+name)...)
	if err != nil {
		t.Fatal(err)
	}
	var here, all packages.DriverResponse
	packages.Visit(roots, nil, func(pkg *packages.Package) {
		if pkg.Name != name {
			// The export data is enough, and to read all names takes long.
			pkg.GoFiles, pkg.CompiledGoFiles, pkg.OtherFiles, pkg.IgnoredFiles = nil, nil, nil, nil
		}
		all.Packages = append(all.Packages, pkg)
	})
	here.Packages = all.Packages
	for _, root := range roots {
		all.Roots = append(all.Roots, root.ID)
		if root.Name == name {
			here.Roots = append(here.Roots, root.ID)
		}
	}
	for file, answer := range map[string]packages.DriverResponse{answerHere: here, answerAll: all} {
		data, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, file), string(data))
	}
	return append(env, "GOPACKAGESDRIVER="+os.Args[0], asDriver+"="+dir)
}

// clumsy are declarations that people write by mistake, or to find one.
var clumsy = []string{
	"package shop\n\ntype SessionFields struct {\n\tA int\n\tA string `session:\",lazy\"`\n}\n",
	"package shop\n\ntype T struct {\n\tT *T\n\tA [len(T{}.A)]int\n}\n",
	"package shop\n\ntype T[P any] struct{ T[T[P]] }\n",
	"package shop\n\ntype Fields struct {\n\tBox[int]\n\tB any `session:\"x,json,ttl=1h,evictable\"`\n}\n\ntype Box[T any] struct{ Of map[string]T }\n",
	"package shop\n\ntype SessionFields struct{ Again SessionFields }\n",
	"package shop\n\ntype _ struct{ A int }\n",
	"package shop\n\ntype SessionFields int\n\ntype SessionFields struct{ A int }\n",
	"package shop; type T struct { _, _ int `session:\"-\"`; int; *U; U `session:\"u\"` }; type U = struct { X, Y interface { M() } }\n",
	"package shop\n\nimport . \"time\"\n\ntype (\n\tcontext struct {\n\t\ts, v Time `session:\"-\"`\n\t\tErr Duration\n\t}\n)\n",
	"package shop\n\nimport \"C\"\n\ntype SessionFields struct{ A C.int; B missing.T; C []func(chan<- int) }\n",
	"package shop\n\ntype string struct{ N error }\n\ntype error int\n\ntype SessionFields struct{ A string; B []error }\n",
}
