package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// known tells whether a field's type is, and reports it if not.
func (b *builder) known(f field) bool {
	pos, unknown := unknownIn(f.Type(), f.Pos(), map[types.Type]bool{})
	if !unknown {
		return true
	}
	reason, remedy := b.reason(f, pos)
	b.add(f.at, f.subject(), "its type is not known: %s; %s", reason, remedy)
	return false
}

// skippable is known for a field that is skipped. Its type may be one of C, or
// made of such: it has to be there, and nothing more.
func (b *builder) skippable(f field) bool {
	pos, unknown := unknownIn(f.Type(), f.Pos(), map[types.Type]bool{})
	return !unknown || b.saidOf(f, pos) == "" || b.known(f)
}

// reason returns why a field's type, or one at pos that it is made of, is not
// known, and what to do about it.
func (b *builder) reason(f field, pos token.Pos) (reason, remedy string) {
	said := b.saidOf(f, pos)
	name, undefined := strings.CutPrefix(said, "undefined: ")
	switch {
	case said == "" && !f.foreign && mentionsC(f.written.field.Type):
		return "types of C are not seen", "use one of Go, or skip the field with `session:\"-\"`"
	case said == "":
		return "it depends on one that is not, at " + b.place(pos), "use another type, or mend that one"
	case strings.HasPrefix(said, notImported):
		return said, "mend the import first"
	case undefined && slices.Contains([]string{b.names.Accessor, b.names.Manager}, name):
		return said + ", which is to be generated from this declaration", "use another type"
	case undefined:
		return said, "declare or import it"
	}
	return said, "declare it so that it compiles"
}

// saidOf returns what the type checker said of a field's type, of a package that
// it is of, or of another field's at pos that it is made of. It says nothing of
// types of C.
func (b *builder) saidOf(f field, pos token.Pos) string {
	for _, err := range b.Package.Errors {
		if !f.foreign && f.written.field.Type.Pos() <= err.Pos && err.Pos < f.written.field.Type.End() {
			return b.said(err)
		}
		there, wanted := b.Program.Fset.Position(err.Pos), b.Program.Fset.Position(pos)
		if pos != f.Pos() && there.Filename == wanted.Filename && there.Line == wanted.Line {
			return b.said(err) + " (" + b.place(pos) + ")"
		}
	}
	said := ""
	if f.foreign {
		return said
	}
	ast.Inspect(f.written.field.Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && said == "" {
			if pkg, ok := b.Package.Info.Uses[id].(*types.PkgName); ok {
				said = b.failure(f.written.file, func(path string, _ *ast.ImportSpec) bool { return path == pkg.Imported().Path() })
			}
		}
		return true
	})
	return said
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
