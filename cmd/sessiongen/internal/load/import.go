package load

import (
	"errors"
	"go/ast"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"

	"golang.org/x/tools/go/packages"
)

// loadExports finds the export data of the named packages and of all that they
// import, which compiles what was not compiled before.
func (p *Program) loadExports(paths []string) error {
	paths = slices.DeleteFunc(paths, func(path string) bool {
		_, known := p.exports[path]
		return known || path == "C" || path == "unsafe"
	})
	if len(paths) == 0 {
		return nil
	}
	config := p.config
	config.Tests = false
	config.Mode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile
	roots, err := packages.Load(&config, paths...)
	if err != nil {
		return err
	}
	packages.Visit(roots, nil, func(pkg *packages.Package) {
		p.exports[pkg.PkgPath] = pkg.ExportFile
		if p.listed[pkg.ID] == nil {
			p.listed[pkg.ID] = pkg
		}
	})
	return nil
}

// imports returns the paths of the packages that the given ones import.
func imports(pkgs []*Package) []string {
	paths := map[string]bool{}
	for _, pkg := range pkgs {
		for _, imported := range pkg.listed.Imports {
			paths[imported.PkgPath] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
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
	if listed == nil {
		// One that only the output imports.
		if listed = f.program.listed[path]; listed == nil {
			return nil, errors.New("no package of that name is among the dependencies")
		}
	}
	// The package under an external test has its test files as well.
	if listed.ForTest != "" && listed.ForTest == f.listed.ForTest && listed.PkgPath == listed.ForTest {
		return f.program.source(listed)
	}
	if pkg := f.program.export(listed.PkgPath); pkg != nil {
		return pkg, nil
	}
	if plain := f.program.listed[listed.PkgPath]; plain != nil {
		listed = plain
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
