package schema

import (
	"go/ast"
	"go/types"
	"path"
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
		if undefined && file.Syntax.FileStart <= err.Pos && err.Pos < file.Syntax.FileEnd {
			said := b.failure(file, func(path string, spec *ast.ImportSpec) bool { return spec.Name == nil && mayBeNamed(path, name) })
			if said != "" {
				return said
			}
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
			if spec.Pos() <= err.Pos && err.Pos < spec.End() {
				return strings.Join(strings.Fields(err.Msg), " ")
			}
		}
	}
	return ""
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
