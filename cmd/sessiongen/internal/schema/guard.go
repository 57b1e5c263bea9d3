package schema

import (
	"go/types"
	"slices"
	"strings"
)

// guard adds a guard for a struct type of the package, unless it has one.
func (b *builder) guard(t types.Type) {
	object := typeName(types.Unalias(t))
	if object == nil {
		object = typeName(t) // an alias of a struct type without a name
	}
	if object == nil || object.Pkg() != b.Package.Types {
		return
	}
	name, err := b.speller.typ(t)
	if err != nil {
		return // The struct is of the package, its type arguments are not.
	}
	guard := Guard{Type: name, Label: object.Name()}
	list := t.Underlying().(*types.Struct)
	for i := range list.NumFields() {
		v := list.Field(i)
		spelled, err := b.spell(field{Var: v})
		if err != nil || spelled.ofC() {
			return // C is each file's own.
		}
		name := v.Name()
		if v.Embedded() {
			name = ""
		}
		guard.Fields = append(guard.Fields, Field{name, spelled, list.Tag(i)})
	}
	for _, other := range b.guards {
		if other.Type.String() == guard.Type.String() {
			return
		}
	}
	b.guards = append(b.guards, guard)
}

// typeName returns the name of a type, nil if it has none.
func typeName(t types.Type) *types.TypeName {
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj()
	case *types.Named:
		return t.Obj()
	}
	return nil
}

// ofC tells whether the type is one of C, or made of such.
func (t Type) ofC() bool {
	return slices.ContainsFunc(t, func(w Word) bool { return w.Import.Path == "C" })
}

// String returns the type with the paths of its packages.
func (t Type) String() string {
	var s strings.Builder
	for _, w := range t {
		if w.Import.Path != "" {
			s.WriteString(w.Import.Path + ".")
		}
		s.WriteString(w.Text)
	}
	return s.String()
}
