package load

import (
	"context"
	"errors"
	"go/ast"
	"go/types"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// loadExports finds the export data of the named packages and of all that they
// import, as far as it was not asked for.
func (p *Program) loadExports(paths []string) error {
	roots, err := p.compile(context.Background(), slices.DeleteFunc(paths, func(path string) bool {
		_, asked := p.exports[path]
		return asked
	}))
	p.addExports(roots)
	return err
}

// compile lists the named packages and all that they import with their export
// data, for which it compiles what was not compiled before.
func (p *Program) compile(ctx context.Context, paths []string) ([]*packages.Package, error) {
	slices.Sort(paths)
	paths = slices.DeleteFunc(slices.Compact(paths), isPattern)
	if len(paths) == 0 {
		return nil, nil
	}
	config := p.config
	config.Context = ctx
	config.Mode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile
	return packages.Load(&config, paths...)
}

func (p *Program) addExports(roots []*packages.Package) {
	packages.Visit(roots, nil, func(pkg *packages.Package) {
		p.exports[pkg.PkgPath] = pkg.ExportFile
		p.listed[pkg.ID] = pkg
	})
}

// isPattern tells whether a path that a file imports is none of a package with
// export data, but may mean something else to the go command or to package
// go/packages.
func isPattern(path string) bool {
	return strings.Contains(path, "...") || strings.ContainsAny(path, "=@") ||
		slices.Contains([]string{"C", "unsafe", "all", "cmd", "std", "tool", "work"}, path)
}

// imports returns the paths of the packages that the given ones import.
func imports(pkgs []*Package) []string {
	var paths []string
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			for _, spec := range file.Syntax.Imports {
				// The parser has reported a path that is none.
				path, _ := strconv.Unquote(spec.Path.Value)
				paths = append(paths, pkg.resolve(path))
			}
		}
	}
	return paths
}

// resolve returns the path of the package that a file imports by a path: with
// GOPATH, it may be one in a vendor folder.
func (p *Package) resolve(path string) string {
	if imported := p.listed.Imports[path]; imported != nil {
		return imported.PkgPath
	}
	return path
}

// A finder finds what one package imports.
type finder struct {
	program *Program
	listed  *packages.Package
}

func (f finder) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	listed := f.listed.Imports[path]
	if listed != nil {
		path = listed.PkgPath
		// The package under an external test has its test files as well.
		if listed.ForTest != "" && listed.ForTest == f.listed.ForTest && path == listed.ForTest {
			return f.program.source(listed)
		}
	}
	if pkg := f.program.export(path); pkg != nil {
		return pkg, nil
	}
	if plain := f.program.listed[path]; plain != nil {
		listed = plain
	}
	if listed == nil {
		return nil, errors.New("no package of that name is among the dependencies")
	}
	return f.program.source(listed)
}

// export returns a package from its export data, nil if it has none or none
// that can be read.
func (p *Program) export(path string) *types.Package {
	if p.exports[path] == "" {
		return nil
	}
	pkg, err := p.compiled.Import(path)
	if err != nil {
		return nil
	}
	return pkg
}

// open opens the export data of a package.
func (p *Program) open(path string) (io.ReadCloser, error) { return os.Open(p.exports[path]) }

// source type-checks a package that has no export data because it does not
// compile yet: it may call accessors that are not generated.
func (p *Program) source(listed *packages.Package) (*types.Package, error) {
	if pkg, known := p.sources[listed.ID]; known {
		if pkg == nil {
			return nil, errors.New("import cycle")
		}
		return pkg, nil
	}
	if len(listed.Errors) > 0 && len(listed.GoFiles) == 0 {
		return nil, errors.New(listed.Errors[0].Msg)
	}
	p.sources[listed.ID] = nil
	pkg, err := p.parse(listed)
	if err != nil {
		return nil, err
	}
	config := types.Config{
		Importer:         finder{p, listed},
		IgnoreFuncBodies: true,
		FakeImportC:      true,
		Error:            func(error) {},
	}
	// The error is the first of those that Error was called with.
	p.sources[listed.ID], _ = config.Check(pkg.Path, p.Fset, pkg.syntax(), nil)
	return p.sources[listed.ID], nil
}

func (p *Package) syntax() []*ast.File {
	files := make([]*ast.File, len(p.Files))
	for i, f := range p.Files {
		files[i] = f.Syntax
	}
	return files
}
