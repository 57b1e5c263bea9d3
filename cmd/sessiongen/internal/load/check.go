package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// Check type-checks the packages. What is wrong with their types is collected
// in them, and no error.
func (p *Program) Check(pkgs []*Package) error {
	paths := slices.Clone(p.extra)
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			paths = append(paths, pkg.imports(file.Syntax)...)
		}
	}
	if err := p.loadExports(paths); err != nil {
		return err
	}
	for _, pkg := range pkgs {
		pkg.Info = &types.Info{
			Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{},
		}
		config := types.Config{
			Importer:         finder{p, pkg.listed},
			IgnoreFuncBodies: true,
			FakeImportC:      true,
			Error:            func(err error) { pkg.Errors = append(pkg.Errors, err.(types.Error)) },
		}
		var err error
		if pkg.Types, err = typeCheck(config, pkg.Path, p.Fset, pkg.syntax(), pkg.Info); err != nil {
			return err
		}
	}
	return nil
}

// typeCheck checks files as a package. Its error is a [crash]; what is wrong with
// the package goes to config.Error.
func typeCheck(config types.Config, path string, fset *token.FileSet, files []*ast.File, info *types.Info) (pkg *types.Package, err error) {
	defer catch(&err)
	defer blame(path)
	// The error is the first of those that config.Error was called with.
	pkg, _ = config.Check(path, fset, files, info)
	return pkg, nil
}

// CheckOutput type-checks a package together with its output, by file name,
// and returns the errors in the output.
func (p *Program) CheckOutput(pkg *Package, output map[string][]byte) ([]types.Error, error) {
	var files []*ast.File
	var paths []string
	for _, f := range pkg.Files {
		files = append(files, withoutBodies(f.Syntax))
	}
	for _, name := range slices.Sorted(maps.Keys(output)) {
		file, err := parser.ParseFile(p.Fset, name, output[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
		paths = append(paths, pkg.imports(file)...)
	}
	if err := p.loadExports(paths); err != nil {
		return nil, err
	}
	var errs []types.Error
	config := types.Config{
		Importer:    finder{p, pkg.listed},
		FakeImportC: true,
		Error: func(err error) {
			e := err.(types.Error)
			if output[p.Fset.PositionFor(e.Pos, false).Filename] != nil {
				errs = append(errs, e)
			}
		},
	}
	_, err := typeCheck(config, pkg.Path, p.Fset, files, nil)
	return errs, err
}

// withoutBodies returns a file without the bodies of its functions, so that
// only those of the output are checked.
func withoutBodies(file *ast.File) *ast.File {
	bare := *file
	bare.Decls = slices.Clone(file.Decls)
	for i, decl := range bare.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			declared := *fn
			declared.Body = nil
			bare.Decls[i] = &declared
		}
	}
	return &bare
}
