package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"
)

// known tells whether a field's type is, and reports it if not.
func (b *builder) known(f field) bool {
	pos, unknown := unknownIn(f.Type(), f.Pos(), map[types.Type]bool{})
	if !unknown {
		return true
	}
	reason := b.reason(f, pos)
	if reason == "" {
		reason = "it depends on one that is not, at " + b.place(pos)
	}
	b.add(f.at, f.subject(), "its type is not known: %s; declare or import it", reason)
	return false
}

// reason returns what the type checker said of a field's type, or of another
// field's at pos that it is made of.
func (b *builder) reason(f field, pos token.Pos) string {
	for _, err := range b.Package.Errors {
		if !f.foreign && f.written.field.Type.Pos() <= err.Pos && err.Pos < f.written.field.Type.End() {
			return err.Msg
		}
		there, wanted := b.Program.Fset.Position(err.Pos), b.Program.Fset.Position(pos)
		if pos != f.Pos() && there.Filename == wanted.Filename && there.Line == wanted.Line {
			return err.Msg + " (" + b.place(pos) + ")"
		}
	}
	if f.foreign {
		return ""
	}
	reason := ""
	ast.Inspect(f.written.field.Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && reason == "" {
			if pkg, ok := b.Package.Info.Uses[id].(*types.PkgName); ok {
				reason = b.importReason(pkg.Imported().Path())
			}
		}
		return true
	})
	return reason
}

// importReason returns why a package can't be imported, or "".
func (b *builder) importReason(path string) string {
	if path == "C" {
		return "types of C are not seen"
	}
	for _, file := range b.Package.Files {
		for _, spec := range file.Syntax.Imports {
			if imported, _ := strconv.Unquote(spec.Path.Value); imported != path {
				continue
			}
			for _, err := range b.Package.Errors {
				if spec.Pos() <= err.Pos && err.Pos < spec.End() {
					return strings.Join(strings.Fields(err.Msg), " ")
				}
			}
		}
	}
	return ""
}

// place returns a position with the file's name alone, for use within a message.
func (b *builder) place(pos token.Pos) string {
	p := b.Program.Fset.Position(pos)
	return filepath.Base(p.Filename) + ":" + strconv.Itoa(p.Line)
}

// unknownIn finds a type that the checker could not make out within t. The
// position is that of the innermost field or type that has it.
func unknownIn(t types.Type, pos token.Pos, seen map[types.Type]bool) (token.Pos, bool) {
	if seen[t] {
		return pos, false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Basic:
		return pos, t.Kind() == types.Invalid
	case *types.Alias:
		return unknownIn(types.Unalias(t), t.Obj().Pos(), seen)
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if at, unknown := unknownIn(arg, pos, seen); unknown {
				return at, true
			}
		}
		// A type that is made of ever larger instances of itself has no end.
		if origin := t.Origin(); origin != t {
			return unknownIn(origin, pos, seen)
		}
		return unknownIn(t.Underlying(), t.Obj().Pos(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if at, unknown := unknownIn(f.Type(), f.Pos(), seen); unknown {
				return at, true
			}
		}
	case *types.Map:
		if at, unknown := unknownIn(t.Key(), pos, seen); unknown {
			return at, true
		}
		return unknownIn(t.Elem(), pos, seen)
	case interface{ Elem() types.Type }:
		return unknownIn(t.Elem(), pos, seen)
	}
	return pos, false
}
