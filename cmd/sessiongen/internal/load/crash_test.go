package load

import (
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// crashing is an importer that ends in a panic, as that of Go does where it meets
// what it does not expect.
type crashing struct{}

func (crashing) Import(string) (*types.Package, error) { panic("assertion failed\nin several lines") }

// newer is an importer of packages with a type that Go does not know, as if their
// export data was of a later release. To check what uses it ends in a panic.
type newer struct{}

func (newer) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, path)
	pkg.Scope().Insert(types.NewVar(token.NoPos, pkg, "Now", unknown{}))
	pkg.MarkComplete()
	return pkg, nil
}

type unknown struct{}

func (unknown) Underlying() types.Type { return unknown{} }
func (unknown) String() string         { return "unknown" }

func TestPanicBelowLoadIsALineThatNamesThePackage(t *testing.T) {
	const (
		imports = "import \"time\"\n\nvar Now = time.Now\n"
		uses    = "import \"time\"\n\nvar Now string = time.Now\n"
		broken  = "\nfunc f() { missing() }\n" // so there is no export data
	)
	for name, c := range map[string]struct {
		importer    types.Importer
		app, below  string
		want, cause string
	}{
		"in the importer":              {crashing{}, imports, "", "time", `"assertion failed"`},
		"in the importer of another":   {crashing{}, below, imports + broken, "time", `"assertion failed"`},
		"in the type checker":          {newer{}, uses, "", "example.com/app", "panicked"},
		"in the type checker, another": {newer{}, below, uses + broken, "example.com/app/below", "panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			p := listed(t, map[string]string{"app.go": "package app\n\n" + c.app, "below/below.go": "package below\n\n" + c.below})
			p.compiled = c.importer
			err := p.Check(p.Packages)
			if err == nil || !strings.HasPrefix(err.Error(), "package "+c.want+" can't be read: ") || !strings.Contains(err.Error(), c.cause) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v", err)
			}
		})
	}
}

const below = "import _ \"example.com/app/below\"\n"

// listed returns the package of a module's top.
func listed(t *testing.T, files map[string]string) *Program {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.com/app\n\ngo 1.26\n"
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	p, err := List(dir, append(os.Environ(), "GOWORK=off", "GOPROXY=off"), "", nil, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}
