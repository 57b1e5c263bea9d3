package schema

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// A speller spells types as the output of one package has to.
type speller struct {
	program *load.Program
	pkg     *load.Package
}

// source returns the spelling of a type that is written in a file of the
// package: as it stands there but for comments, with the names of other packages
// marked.
func (s speller) source(expr ast.Expr, file *load.File) Type {
	var spelled Type
	at := s.offset(expr)
	cut := func(n ast.Node, name *ast.Ident, pkg *types.Package, local string) {
		if start := s.offset(n); start > at {
			spelled = append(spelled, Word{Text: s.text(file, at, start)})
		}
		spelled = append(spelled, Word{name.Name, Import{pkg.Path(), pkg.Name(), local}})
		at = s.offset(name) + len(name.Name)
	}
	ast.Inspect(expr, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if pkg := s.packageName(n.X); pkg != nil {
				cut(n, n.Sel, pkg.Imported(), pkg.Name())
				return false
			}
		case *ast.Ident:
			if obj := s.pkg.Info.Uses[n]; obj != nil && s.dotImported(obj) {
				cut(n, n, obj.Pkg(), obj.Pkg().Name())
			}
		}
		return true
	})
	end := s.program.Fset.PositionFor(expr.End(), false).Offset
	if at < end {
		spelled = append(spelled, Word{Text: s.text(file, at, end)})
	}
	return spelled
}

// text returns a part of a file without its comments: those that are directives
// would have an effect of their own in the output.
func (s speller) text(file *load.File, from, to int) string {
	var b strings.Builder
	for _, group := range file.Syntax.Comments {
		for _, comment := range group.List {
			start := s.offset(comment)
			if start < from || start >= to {
				continue
			}
			before := bytes.TrimRight(file.Source[from:start], " \t")
			b.Write(before)
			from = start + commentLength(file.Source[start:])
			// One that goes over the end of a line ends the line all the same.
			ended := bytes.HasSuffix(before, []byte("\n"))
			if bytes.ContainsRune(file.Source[start:from], '\n') && !ended {
				b.WriteByte('\n')
				ended = true
			}
			if rest := bytes.TrimLeft(file.Source[from:to], " \t\r"); ended && bytes.HasPrefix(rest, []byte("\n")) {
				from = to - len(rest) + 1
			} else if !ended {
				b.WriteByte(' ')
			}
		}
	}
	b.Write(file.Source[from:to])
	return b.String()
}

// commentLength returns the length of the comment at the start of a source. That
// of its syntax has no carriage returns, so it may be shorter.
func commentLength(source []byte) int {
	if bytes.HasPrefix(source, []byte("/*")) {
		return bytes.Index(source, []byte("*/")) + len("*/")
	}
	if end := bytes.IndexByte(source, '\n'); end >= 0 {
		return end
	}
	return len(source)
}

func (s speller) offset(n ast.Node) int {
	return s.program.Fset.PositionFor(n.Pos(), false).Offset
}

// packageName returns the package that an expression names, nil if none.
func (s speller) packageName(x ast.Expr) *types.PkgName {
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	pkg, _ := s.pkg.Info.Uses[id].(*types.PkgName)
	return pkg
}

func (s speller) dotImported(obj types.Object) bool {
	pkg := obj.Pkg()
	return pkg != nil && pkg != s.pkg.Types && obj.Parent() == pkg.Scope()
}

// typ returns the spelling of a type that is not written in the package: it
// comes from another one, or from a type parameter.
func (s speller) typ(t types.Type) (Type, error) {
	if err := s.spellable(t); err != nil {
		return nil, err
	}
	const mark = "\x00"
	imports := map[string]Import{}
	text := types.TypeString(t, func(pkg *types.Package) string {
		if pkg == s.pkg.Types {
			return ""
		}
		imports[pkg.Path()] = Import{pkg.Path(), pkg.Name(), pkg.Name()}
		return mark + pkg.Path() + mark
	})
	plain, rest, found := strings.Cut(text, mark)
	var spelled Type
	for found {
		if plain != "" {
			spelled = append(spelled, Word{Text: plain})
		}
		var path string
		path, rest, _ = strings.Cut(rest, mark+".")
		end := strings.IndexAny(rest, "[]{}(),; *"+mark)
		if end < 0 {
			end = len(rest)
		}
		spelled = append(spelled, Word{rest[:end], imports[path]})
		plain, rest, found = strings.Cut(rest[end:], mark)
	}
	if plain != "" {
		spelled = append(spelled, Word{Text: plain})
	}
	return spelled, nil
}

// spellable returns an error if the package can't name t.
func (s speller) spellable(t types.Type) error {
	switch t := t.(type) {
	case *types.Alias:
		return s.nameable(t.Obj(), t.TypeArgs())
	case *types.Named:
		return s.nameable(t.Obj(), t.TypeArgs())
	case *types.Basic:
		if s.pkg.Types.Scope().Lookup(t.Name()) != nil {
			return fmt.Errorf("the package declares another %s", t.Name())
		}
	case *types.Map:
		if err := s.spellable(t.Key()); err != nil {
			return err
		}
		return s.spellable(t.Elem())
	case interface{ Elem() types.Type }:
		return s.spellable(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() && f.Pkg() != s.pkg.Types {
				return fmt.Errorf("it has the unexported field %s of package %s", f.Name(), f.Pkg().Path())
			}
			if err := s.spellable(f.Type()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s speller) nameable(name *types.TypeName, args *types.TypeList) error {
	pkg := name.Pkg()
	switch {
	case pkg == nil:
		if s.pkg.Types.Scope().Lookup(name.Name()) != nil {
			return fmt.Errorf("the package declares another %s", name.Name())
		}
	case pkg != s.pkg.Types && !name.Exported():
		return fmt.Errorf("%s.%s is not exported", pkg.Name(), name.Name())
	case pkg != s.pkg.Types && !importable(pkg.Path(), s.pkg.Path):
		return fmt.Errorf("package %s is internal to others", pkg.Path())
	}
	for arg := range args.Types() {
		if err := s.spellable(arg); err != nil {
			return err
		}
	}
	return nil
}

// importable tells whether the rule of internal folders lets a package import
// another one.
func importable(path, by string) bool {
	elements := strings.Split(path, "/")
	for i := len(elements) - 1; i >= 0; i-- {
		if elements[i] == "internal" {
			parent := strings.Join(elements[:i], "/")
			return by == parent || strings.HasPrefix(by, parent+"/")
		}
	}
	return true
}
