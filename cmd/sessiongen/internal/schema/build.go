package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// A Source is a declared struct type in a checked package.
type Source struct {
	Program *load.Program
	Package *load.Package
	File    *load.File
	Spec    *ast.TypeSpec
}

// Pos returns the place of the type's name.
func (s Source) Pos() token.Position { return s.Program.Fset.Position(s.Spec.Name.Pos()) }

// Build returns the schema of a declared type. All that is wrong with the
// declaration is an error of type [diagnostic.List].
func Build(source Source, names Names) (Session, error) {
	b := &builder{
		Source:  source,
		speller: speller{source.Program, source.Package},
		names:   names,
		written: index(source.Package),
	}
	if !b.declared() {
		return Session{}, b.errs
	}
	declared := b.Package.Declared(b.Program)
	list := b.flatten(b.Package.Info.Defs[b.Spec.Name].Type(), field{})
	s := Session{
		Package:    b.Package.Name,
		Constraint: b.File.Constraint(),
		Declared:   b.Spec.Name.Name,
		Names:      names,
		Reserved:   slices.Sorted(maps.Keys(declared.Names)),
		Variables:  b.dominant(list),
		Guards:     b.guards,
	}
	b.clashes(declared, s)
	s.Notes = b.notes
	return s, b.errs.Err()
}

// A builder builds one schema.
type builder struct {
	Source
	speller speller
	names   Names
	written map[*types.Var]written
	guards  []Guard
	errs    diagnostic.List
	notes   diagnostic.List
}

// declared tells whether the type is declared in a form that has accessors.
func (b *builder) declared() bool {
	b.errs = append(b.errs, b.File.Errors...)
	_, isStruct := b.Spec.Type.(*ast.StructType)
	switch {
	case b.Spec.TypeParams != nil:
		b.add(b.Spec.Name, "", "it is generic; declare a struct type without type parameters")
	case !isStruct || b.Spec.Assign.IsValid():
		b.add(b.Spec.Name, "", "it is not declared as a struct type; write its fields here: type %s struct { ... }", b.Spec.Name.Name)
	}
	return len(b.errs) == 0 && b.checked()
}

// checked tells whether the type checker could make out the type.
func (b *builder) checked() bool {
	if object := b.Package.Info.Defs[b.Spec.Name]; object != nil {
		if _, isStruct := object.Type().Underlying().(*types.Struct); isStruct {
			return true
		}
	}
	reason := "it does not type-check"
	for _, err := range b.Package.Errors {
		if b.Spec.Pos() <= err.Pos && err.Pos < b.Spec.End() {
			reason = err.Msg
			break
		}
	}
	b.add(b.Spec.Name, "", "%s; declare it so that it compiles", reason)
	return false
}

func (b *builder) add(at ast.Node, subject, format string, args ...any) {
	b.errs.Add(b.Program.Fset.Position(at.Pos()), b.named(subject), format, args...)
}

func (b *builder) note(at ast.Node, subject, format string, args ...any) {
	b.notes.Note(b.Program.Fset.Position(at.Pos()), b.named(subject), format, args...)
}

// named returns a subject within the declared type, or the type's own name.
func (b *builder) named(subject string) string {
	name := b.Spec.Name.Name
	if subject != "" {
		name += "." + subject
	}
	return name
}
