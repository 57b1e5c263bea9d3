package runtime_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// reference returns the documentation of this package.
func reference(t *testing.T) *doc.Package {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/sessiongen/sessiongen/runtime")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReferenceTellsWhatIsForAppsAndWhatForGeneratedCode(t *testing.T) {
	p := reference(t)
	_, list, _ := strings.Cut(p.Doc, "# What an app uses\n")
	list, _, _ = strings.Cut(list, "\n# ")
	forApps := map[string]bool{}
	for _, link := range regexp.MustCompile(`\[(\w+)\]`).FindAllStringSubmatch(list, -1) {
		forApps[link[1]] = true
	}
	declared := map[string]string{} // the comment of each name
	values := func(groups []*doc.Value) {
		for _, group := range groups {
			for _, name := range group.Names {
				declared[name] = group.Doc
			}
		}
	}
	functions := func(list []*doc.Func) {
		for _, f := range list {
			declared[f.Name] = f.Doc
		}
	}
	values(p.Consts)
	values(p.Vars)
	functions(p.Funcs)
	for _, typ := range p.Types {
		declared[typ.Name] = typ.Doc
		values(typ.Consts)
		values(typ.Vars)
		functions(typ.Funcs)
	}
	for name, comment := range declared {
		if !token.IsExported(name) {
			continue
		}
		begins := regexp.MustCompile(`^((A|An) )?` + name + ` is for generated code[.,]`).MatchString(comment)
		if begins == forApps[name] {
			t.Errorf("%s: in the list of what an app uses: %t; its comment begins with \"is for generated code\": %t", name, forApps[name], begins)
		}
	}
	for name := range forApps {
		if _, ok := declared[name]; !ok {
			t.Errorf("the list of what an app uses has %s, which is not declared", name)
		}
	}
}

func TestReadingBeginsWithFilesThatAreThere(t *testing.T) {
	_, guide, found := strings.Cut(reference(t).Doc, "# Where to start reading\n")
	files := regexp.MustCompile(`\w+\.go`).FindAllString(guide, -1)
	if !found || !slices.Contains(files, "load.go") {
		t.Fatalf("the guide names %q", files)
	}
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
}
