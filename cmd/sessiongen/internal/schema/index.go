package schema

import (
	"go/ast"
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// written is where a field of a struct is written.
type written struct {
	field *ast.Field
	name  *ast.Ident
	list  *ast.FieldList // that it is in
	file  *load.File
}

// index finds where the fields of the package's struct types are written.
func index(pkg *load.Package) map[*types.Var]written {
	found := map[*types.Var]written{}
	for _, file := range pkg.Files {
		ast.Inspect(file.Syntax, func(n ast.Node) bool {
			list, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range list.Fields.List {
				for _, name := range fieldNames(field) {
					if v, ok := pkg.Info.Defs[name].(*types.Var); ok {
						found[v] = written{field, name, list.Fields, file}
					}
				}
			}
			return true
		})
	}
	return found
}

// fieldNames returns the identifiers that name a field; for an embedded one,
// that of its type.
func fieldNames(field *ast.Field) []*ast.Ident {
	if len(field.Names) > 0 {
		return field.Names
	}
	for expr := field.Type; ; {
		switch x := expr.(type) {
		case *ast.Ident:
			return []*ast.Ident{x}
		case *ast.StarExpr:
			expr = x.X
		case *ast.ParenExpr:
			expr = x.X
		case *ast.SelectorExpr:
			return []*ast.Ident{x.Sel}
		case *ast.IndexExpr:
			expr = x.X
		case *ast.IndexListExpr:
			expr = x.X
		default:
			return nil
		}
	}
}

// doc returns the doc comment of a field, without its marks.
func (w written) doc() string {
	if w.field == nil {
		return ""
	}
	return w.field.Doc.Text()
}
