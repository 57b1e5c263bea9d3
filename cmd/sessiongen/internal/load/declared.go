package load

import (
	"go/ast"
	"go/token"
)

// Declared are the names that a package declares outside of its output.
type Declared struct {
	Names   map[string]token.Pos
	Methods map[string]map[string]token.Pos // by the name of the type
}

// Declared returns the names in the scope of the package, its test files
// included: what is generated must not clash with them either.
func (pkg *Package) Declared(p *Program) Declared {
	d := Declared{map[string]token.Pos{}, map[string]map[string]token.Pos{}}
	for _, variant := range p.Variants(pkg) {
		for _, file := range variant.Files {
			for _, decl := range file.Syntax.Decls {
				d.add(decl)
			}
		}
	}
	return d
}

func (d Declared) add(decl ast.Decl) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			d.Names[decl.Name.Name] = decl.Name.Pos()
			return
		}
		for _, recv := range decl.Recv.List {
			d.method(recv.Type, decl.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				d.Names[spec.Name.Name] = spec.Name.Pos()
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					d.Names[name.Name] = name.Pos()
				}
			}
		}
	}
}

func (d Declared) method(recv ast.Expr, name *ast.Ident) {
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	base, ok := recv.(*ast.Ident)
	if !ok {
		return
	}
	if d.Methods[base.Name] == nil {
		d.Methods[base.Name] = map[string]token.Pos{}
	}
	d.Methods[base.Name][name.Name] = name.Pos()
}
