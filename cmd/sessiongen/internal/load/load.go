// Package load lists packages and type-checks them without their function
// bodies and without the output of sessiongen, so that it works before that
// output exists, and whatever has become of it since.
package load

import (
	"context"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/packages"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
)

// A Program is a set of listed packages and what they import.
type Program struct {
	Fset *token.FileSet

	// Packages are those that the patterns name, and beside each its test
	// packages.
	Packages []*Package

	config   packages.Config
	extra    []string                     // paths of the packages that the output will import
	listed   map[string]*packages.Package // by ID
	contents map[string][]byte            // of files, by name
	files    map[string]*File             // the same, parsed
	exports  map[string]string            // files with export data, by path of the package; empty if it has none
	compiled types.Importer               // reads them
	sources  map[string]*types.Package    // checked from source, by path; nil while under way
}

// A Package is a package as the go command lists it: the package itself, the
// package together with its test files, or the external test package.
type Package struct {
	Path    string
	Name    string
	Dir     string
	Files   []*File // without the output of sessiongen
	Outputs []*File // which has no syntax
	Test    bool    // has test files

	// Set by Check.
	Types  *types.Package
	Info   *types.Info
	Errors []types.Error

	listed *packages.Package
}

// Owns tells whether the package is the one to look in for what the file
// declares. The files of a package belong to it and to its test variant, of
// which the first owns them.
func (p *Package) Owns(f *File) bool { return f.Test() == p.Test }

// List lists the packages that the patterns name, as the go command does in dir
// with these build tags. The packages named by extra are what the output will
// import.
func List(dir string, env []string, tags string, extra []string, patterns ...string) (*Program, error) {
	p := &Program{
		Fset:     token.NewFileSet(),
		extra:    extra,
		listed:   map[string]*packages.Package{},
		contents: map[string][]byte{},
		files:    map[string]*File{},
		exports:  map[string]string{},
		sources:  map[string]*types.Package{},
	}
	p.compiled = importer.ForCompiler(p.Fset, "gc", p.open)
	p.config = packages.Config{Dir: dir, Env: env, Fset: p.Fset}
	if tags != "" {
		p.config.BuildFlags = []string{"-tags=" + tags}
	}
	seen := newSurvey(dir, tags, patterns)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var guess sync.WaitGroup
	read := make(chan struct{}) // closed once the survey has read its files
	// To find export data takes long, so it is looked for before it is known
	// what is needed.
	guess.Go(func() {
		imports := seen.imports(p)
		close(read)
		p.guessExports(ctx, slices.Concat(imports, extra))
	})
	roots, err := p.list(patterns, seen.tests)
	<-read
	if err == nil {
		err = p.parseAll(roots)
	}
	if err != nil {
		cancel()
	}
	guess.Wait()
	return p, err
}

// Env returns the environment that the packages were listed in.
func (p *Program) Env() []string { return p.config.Env }

// list lists the packages that the patterns name.
func (p *Program) list(patterns []string, tests bool) ([]*packages.Package, error) {
	// Export data is not asked for, because that compiles the packages, which
	// may not compile without what is to be generated.
	config := p.config
	config.Mode = packages.NeedName | packages.NeedFiles
	if tests {
		// Only from their dependencies does it follow which variant of a package
		// a test imports.
		config.Tests = true
		config.Mode |= packages.NeedImports | packages.NeedDeps | packages.NeedForTest
	}
	roots, err := loadPackages(config, patterns)
	return roots, ofGo(err)
}

// parseAll parses the packages that the patterns name.
func (p *Program) parseAll(roots []*packages.Package) error {
	packages.Visit(roots, nil, func(pkg *packages.Package) { p.listed[pkg.ID] = pkg })
	var errs diagnostic.List
	for _, root := range roots {
		if isTestMain(root) {
			continue
		}
		if len(root.GoFiles) == 0 {
			errs = append(errs, p.unlisted(root)...)
			continue
		}
		pkg, err := p.parse(root)
		if err != nil {
			return err
		}
		p.Packages = append(p.Packages, pkg)
	}
	return errs.Err()
}

// unlisted returns why a package has no files, unless it is in order: all it
// has may be tests, or files for other systems.
func (p *Program) unlisted(root *packages.Package) diagnostic.List {
	var errs diagnostic.List
	if len(root.IgnoredFiles) > 0 || p.listed[root.ID+" ["+root.ID+".test]"] != nil || p.listed[root.ID+"_test ["+root.ID+".test]"] != nil {
		return nil
	}
	for _, err := range root.Errors {
		errs.Add(token.Position{}, "", "%s", err.Msg)
	}
	return errs
}

// isTestMain tells whether p is the main package that go test makes up.
func isTestMain(p *packages.Package) bool {
	return p.Name == "main" && strings.HasSuffix(p.ID, ".test")
}

func (p *Program) parse(listed *packages.Package) (*Package, error) {
	pkg := &Package{
		Path:   listed.PkgPath,
		Name:   listed.Name,
		Test:   listed.ForTest != "",
		listed: listed,
	}
	for _, name := range listed.GoFiles {
		pkg.Dir = filepath.Dir(name)
		file, err := p.file(name)
		if err != nil {
			return nil, err
		}
		if file.generated {
			pkg.Outputs = append(pkg.Outputs, file)
		} else {
			pkg.Files = append(pkg.Files, file)
		}
	}
	// The go command takes the name from whatever file comes first, which may
	// be output from before the package was renamed.
	for _, file := range pkg.Files {
		if name := file.Syntax.Name.Name; name != "" {
			pkg.Name = name
			break
		}
	}
	return pkg, nil
}

// Variants returns the packages in the folder of pkg that share its scope: the
// package and its test variant.
func (p *Program) Variants(pkg *Package) []*Package {
	var variants []*Package
	for _, other := range p.Packages {
		if other.Path == pkg.Path {
			variants = append(variants, other)
		}
	}
	return variants
}

// Folder returns the packages in the folder of pkg.
func (p *Program) Folder(pkg *Package) []*Package {
	var beside []*Package
	for _, other := range p.Packages {
		if other.Dir == pkg.Dir {
			beside = append(beside, other)
		}
	}
	return beside
}

// Find returns the file of that name, without its folder, and the package that
// owns it.
func Find(pkgs []*Package, name string) (*Package, *File) {
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			if filepath.Base(file.Name) == name && pkg.Owns(file) {
				return pkg, file
			}
		}
	}
	return nil, nil
}

// Lookup returns the declaration of a type at the top level of the package.
func (p *Package) Lookup(name string) (*ast.TypeSpec, *File) {
	for _, file := range p.Files {
		if spec := file.Type(name); spec != nil && p.Owns(file) {
			return spec, file
		}
	}
	return nil, nil
}
