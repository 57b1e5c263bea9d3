package load

import (
	"context"
	"errors"
	"go/ast"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/tools/go/packages"
)

// guessExports finds the export data of the named packages, which may be others
// than are needed. What it does not find, loadExports looks for again.
func (p *Program) guessExports(ctx context.Context, paths []string) {
	if paths = importable(paths); len(paths) == 0 {
		return
	}
	config := p.config
	config.Context = ctx
	config.Mode = packages.NeedName | packages.NeedExportFile
	// If it goes wrong, so it does again for what matters.
	list, _ := goList(config, paths)
	for _, l := range list {
		if filepath.IsAbs(l.Export) {
			p.exports[l.ImportPath] = l.Export
		}
	}
}

// loadExports finds the export data of those of the named packages of which it
// is not known, and of all that these import, as they may not compile.
func (p *Program) loadExports(paths []string) error {
	paths = slices.DeleteFunc(paths, func(path string) bool {
		_, asked := p.exports[path]
		return asked
	})
	for _, path := range paths {
		p.exports[path] = ""
	}
	roots, err := p.compile(paths)
	packages.Visit(roots, nil, func(pkg *packages.Package) {
		p.exports[pkg.PkgPath] = pkg.ExportFile
		p.listed[pkg.ID] = pkg
	})
	return err
}

// compile lists packages and their dependencies with their export data, for
// which it compiles what was not compiled before.
func (p *Program) compile(paths []string) ([]*packages.Package, error) {
	paths = importable(paths)
	if len(paths) == 0 {
		return nil, nil
	}
	config := p.config
	config.Mode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile
	pkgs, err := loadPackages(config, paths)
	if err == nil && len(pkgs) == 0 {
		// The go command has failed. Package go/packages says why only if it is
		// not asked for export data.
		config.Mode = packages.NeedName
		_, err = packages.Load(&config, paths...)
	}
	return pkgs, ofGo(err)
}

// importable returns the paths that are those of packages with export data, each
// of them once.
func importable(paths []string) []string {
	slices.Sort(paths)
	return slices.DeleteFunc(slices.Compact(paths), isPattern)
}

// ofGo returns an error of package go/packages as the go command has put it, on
// one line.
func ofGo(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if _, said, ok := strings.Cut(text, ": stderr: "); ok && strings.TrimSpace(said) != "" {
		text = said
	}
	return errors.New(strings.Join(strings.Fields(text), " "))
}

// isPattern tells whether a path that a file imports is none of a package with
// export data, but may mean something else to the go command, to package
// go/packages, or to the system, which takes no argument with a NUL in it.
func isPattern(path string) bool {
	return strings.HasPrefix(path, "-") || strings.Contains(path, "...") || strings.ContainsFunc(path, isStrange) ||
		slices.Contains([]string{"", "C", "unsafe", "all", "cmd", "std", "tool", "work"}, path)
}

// isStrange tells whether no import path has the character in it.
func isStrange(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-._~+/", c)
}

// imports returns the paths of the packages that a file of the package imports.
func (p *Package) imports(file *ast.File) []string {
	var paths []string
	for _, spec := range file.Imports {
		// The parser has reported a path that is none.
		path, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p.resolve(path))
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
	// What is known from export data names types that are not those of the same
	// package checked from source, so nothing is that has not been asked for.
	if err := f.program.loadExports([]string{path}); err != nil {
		return nil, err
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
	defer blame(path)
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
	defer blame(pkg.Path)
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
