package schema

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// A field is a field of the declared struct type, or of one embedded in it.
type field struct {
	*types.Var
	tag   string
	path  []string // names of the embedded fields that lead to it, and its own
	depth int

	written written // where in the package, if it is there at all
	foreign bool    // it is not, and at is the embedded field that leads out
	at      ast.Node

	// outer is the embedded field that leads to what is not written in the
	// package as it is: out of it, or into an instance of a generic type.
	outer *types.Var
}

// subject returns the field's name for diagnostics, and as a selector.
func (f field) subject() string { return strings.Join(f.path, ".") }

// tagAt returns the place of the field's tag.
func (f field) tagAt() ast.Node {
	if f.foreign || f.written.field.Tag == nil {
		return f.at
	}
	return f.written.field.Tag
}

// A candidate is a variable, unless a shallower one has its name.
type candidate struct {
	Variable
	field
}

// flatten returns the variables of a struct type, those of untagged embedded
// structs included, and adds the guards. from is the embedded field that the
// type is of, the zero value for the declared type.
func (b *builder) flatten(t types.Type, from field) []candidate {
	fields := t.Underlying().(*types.Struct)
	if b.repeats(fields, from) {
		return nil
	}
	b.guard(t)
	var list []candidate
	for i := range fields.NumFields() {
		f := field{Var: fields.Field(i), tag: fields.Tag(i), depth: from.depth, at: from.at, outer: from.outer}
		f.path = append(from.path[:len(from.path):len(from.path)], f.Name())
		if w, ok := b.written[f.Origin()]; ok {
			f.written, f.at = w, w.name
		} else {
			f.foreign = true
		}
		if f.outer == nil && (f.foreign || f.Origin() != f.Var) {
			f.outer = from.Var
		}
		if _, tagged := reflect.StructTag(f.tag).Lookup("session"); f.Embedded() && !tagged {
			if more, ok := b.embedded(f); ok {
				list = append(list, more...)
				continue
			}
		}
		if v, ok := b.variable(f); ok {
			list = append(list, candidate{v, f})
		}
	}
	return list
}

// repeats reports fields of a struct that have the name of one before. The type
// checker leaves them out but for their tags, so those behind them are not where
// they belong.
func (b *builder) repeats(fields *types.Struct, from field) bool {
	if fields.NumFields() == 0 {
		return false
	}
	first, ok := b.written[fields.Field(0).Origin()]
	if !ok {
		return false
	}
	found := false
	for _, field := range first.list.List {
		for _, name := range fieldNames(field) {
			if b.Package.Info.Defs[name] == nil {
				path := append(from.path[:len(from.path):len(from.path)], name.Name)
				b.add(name, strings.Join(path, "."), "the struct has a field of that name already; rename one")
				found = true
			}
		}
	}
	return found
}

// embedded returns the variables of an embedded field without a tag. It is not
// ok if the field is to be treated like any other.
func (b *builder) embedded(f field) (list []candidate, ok bool) {
	if _, errs := tag.Parse(f.tag, f.Name()); f.tag != "" && len(errs) > 0 {
		return nil, false
	}
	if !b.known(f) {
		return nil, true
	}
	if problem := needsTag(f.Type()); problem != "" {
		remedy := ""
		if f.foreign {
			remedy = b.asOneValue(f.outer, outer)
		} else {
			remedy = b.asOneValue(f.Var, "it")
		}
		b.add(f.at, f.subject(), "%s; %s", problem, remedy)
		return nil, true
	}
	if _, isStruct := f.Type().Underlying().(*types.Struct); !isStruct {
		return nil, false
	}
	if !f.Exported() && f.Pkg() != b.Package.Types {
		f.path = f.path[:len(f.path)-1] // What it has is promoted; it can't be named.
	}
	f.depth++
	return b.flatten(f.Type(), f), true
}

// needsTag says why an embedded field needs a tag, or "".
func needsTag(t types.Type) string {
	if _, isPointer := t.(*types.Pointer); isPointer {
		return "an embedded pointer is not flattened"
	}
	if _, isStruct := t.Underlying().(*types.Struct); !isStruct {
		return ""
	}
	methods := types.NewMethodSet(types.NewPointer(t))
	for _, name := range []string{"GobEncode", "MarshalBinary", "MarshalText", "MarshalJSON"} {
		if methods.Lookup(nil, name) != nil {
			return "an embedded type that has a method " + name + " is not flattened"
		}
	}
	return ""
}

// dominant returns the variables that no shallower one hides, as the rules of
// Go and of encoding/json have it, and reports names that clash.
func (b *builder) dominant(list []candidate) []Variable {
	fields, names := map[string]candidate{}, map[string]candidate{}
	for _, c := range list {
		if other, ok := fields[c.Field]; !ok || c.depth < other.depth {
			fields[c.Field] = c
		}
	}
	var variables []Variable
	for _, c := range list {
		winner := fields[c.Field]
		if winner.Path != c.Path {
			if winner.depth == c.depth || winner.Variable.Name != c.Variable.Name {
				b.clash(c, winner, winner.Path+" has the same name in Go", "rename one, or skip one with `session:\"-\"`",
					"rename "+winner.Path+", or skip it with `session:\"-\"`")
			}
			continue
		}
		name := c.Variable.Name
		if other, taken := names[name]; taken && name != "" {
			b.clash(c, other, fmt.Sprintf("name %q is the one of %s too", name, other.Path), "give another in the tag",
				"give "+other.Path+" another in its tag")
			continue
		}
		names[name] = c
		variables = append(variables, c.Variable)
	}
	return variables
}

// clash reports a variable that has a name of another one. A field of another
// package can't be changed: then what helps is the remedy for the other one.
func (b *builder) clash(c, other candidate, what, remedy, remedyOther string) {
	switch {
	case c.foreign && other.foreign:
		remedy = b.asOneValue(c.outer, outer)
	case c.foreign:
		remedy = remedyOther
	}
	b.add(c.at, c.Path, "%s; %s", what, remedy)
}
