package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// said returns an error of the type checker. It takes the name of a package that
// could not be imported for the last part of its path, and so may not know the one
// that the package has.
func (b *builder) said(err types.Error) string {
	name, undefined := strings.CutPrefix(err.Msg, "undefined: ")
	for _, file := range b.Package.Files {
		if !undefined || !token.IsIdentifier(name) || !within(file.Syntax, err.Pos) { // time.Tim is none of a missing package
			continue
		}
		if said := b.failure(file, func(path string, spec *ast.ImportSpec) bool { return spec.Name == nil && mayBeNamed(path, name) }); said != "" {
			return said
		}
		if said := b.failures(file, err.Pos); len(said) > 0 {
			return strings.Join(said, ", or ")
		}
	}
	return err.Msg
}

// notImported begins what the type checker says of an import that fails.
const notImported = "could not import "

// failure returns why the first of a file's imports that is meant can't be
// imported, or "".
func (b *builder) failure(file *load.File, meant func(path string, spec *ast.ImportSpec) bool) string {
	for _, spec := range file.Syntax.Imports {
		if path, _ := strconv.Unquote(spec.Path.Value); !meant(path, spec) {
			continue
		}
		for _, err := range b.Package.Errors {
			if within(spec, err.Pos) {
				return strings.Join(strings.Fields(err.Msg), " ")
			}
		}
	}
	return ""
}

// failures returns why imports can't be imported that may declare a name at pos of
// which nothing else is known. A package may have any name, whatever its path, but
// not two: one whose name is in use is none of those. A name that is no package's
// may be one of those that an import with a dot brings.
func (b *builder) failures(file *load.File, pos token.Pos) []string {
	var said []string
	dot := !isQualifier(file.Syntax, pos)
	for _, spec := range file.Syntax.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if dot && (spec.Name == nil || spec.Name.Name != ".") || !dot && (spec.Name != nil || b.inUse(file, path)) {
			continue
		}
		why := b.failure(file, func(_ string, other *ast.ImportSpec) bool { return other == spec })
		if strings.HasPrefix(why, notImported) {
			said = append(said, why)
		}
	}
	return said
}

// inUse tells whether a file has the name of a package that it imports, or one that
// is not known and may be it.
func (b *builder) inUse(file *load.File, importPath string) bool {
	for id, object := range b.Package.Info.Uses {
		if pkg, ok := object.(*types.PkgName); ok && within(file.Syntax, id.Pos()) && pkg.Imported().Path() == importPath {
			return true
		}
	}
	return slices.ContainsFunc(b.Package.Errors, func(err types.Error) bool {
		name, undefined := strings.CutPrefix(err.Msg, "undefined: ")
		return undefined && within(file.Syntax, err.Pos) && mayBeNamed(importPath, name)
	})
}

// isQualifier tells whether what is at pos is to be the name of a package.
func isQualifier(file *ast.File, pos token.Pos) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok && selector.X.Pos() == pos {
			found = true
		}
		return !found
	})
	return found
}

// within tells whether a position is in a part of a file.
func within(part ast.Node, pos token.Pos) bool {
	if file, ok := part.(*ast.File); ok {
		return file.FileStart <= pos && pos < file.FileEnd
	}
	return part.Pos() <= pos && pos < part.End()
}

// mayBeNamed tells whether a package may have a name, to judge by the last element
// of its path that is no version: gopkg.in/yaml.v3 is yaml, example.com/go-list/v2
// is list.
func mayBeNamed(importPath, name string) bool {
	dir, last := path.Split(importPath)
	if version := strings.TrimLeft(last, "v"); version != "" && strings.Trim(version, "0123456789") == "" && dir != "" {
		last = path.Base(dir)
	}
	letters := strings.NewReplacer("-", "", "_", "", ".", "")
	return strings.Contains(strings.ToLower(letters.Replace(last)), strings.ToLower(letters.Replace(name)))
}

// mentionsC tells whether a type is written with one of C.
func mentionsC(expr ast.Expr) bool {
	found := false
	ast.Inspect(expr, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := selector.X.(*ast.Ident); ok && id.Name == "C" {
				found = true
			}
		}
		return true
	})
	return found
}
