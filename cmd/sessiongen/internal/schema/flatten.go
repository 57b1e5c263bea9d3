package schema

import (
	"go/ast"
	"go/types"
	"reflect"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// An embedding is the way to a flattened embedded struct.
type embedding struct {
	path  []string // names of the embedded fields
	depth int
	at    *ast.Ident // the outermost field written in the package, nil at the top
}

// A candidate is a variable, unless a shallower one has its name.
type candidate struct {
	Variable
	depth int
	at    ast.Node
}

// flatten returns the variables of a struct type, those of untagged embedded
// structs included, and adds the guards.
func (b *builder) flatten(t types.Type, from embedding) []candidate {
	b.guard(t)
	var list []candidate
	for i := range t.Underlying().(*types.Struct).NumFields() {
		list = append(list, b.field(t.Underlying().(*types.Struct), i, from)...)
	}
	return list
}

func (b *builder) field(list *types.Struct, i int, from embedding) []candidate {
	v, rawTag := list.Field(i), list.Tag(i)
	written, isWritten := b.written[v.Origin()]
	at := from.at
	var tagAt ast.Node = at
	if isWritten {
		at = written.name
		tagAt = at
		if written.field.Tag != nil {
			tagAt = written.field.Tag
		}
	}
	subject := strings.Join(append(from.path, v.Name()), ".")
	options, errs := tag.Parse(rawTag, v.Name())
	if _, tagged := reflect.StructTag(rawTag).Lookup("session"); v.Embedded() && !tagged && len(errs) == 0 {
		if !b.known(v, at, subject) {
			return nil
		}
		if problem := untagged(v.Type()); problem != "" {
			b.add(at, subject, "%s", problem)
			return nil
		}
		if _, isStruct := v.Type().Underlying().(*types.Struct); isStruct {
			inner := embedding{path: from.path, depth: from.depth + 1, at: at}
			if v.Exported() || v.Pkg() == b.Package.Types {
				inner.path = append(from.path[:len(from.path):len(from.path)], v.Name())
			}
			return b.flatten(v.Type(), inner)
		}
	}
	if v.Exported() || options.Skip {
		for _, err := range errs {
			b.add(tagAt, subject, "%v", err)
		}
	}
	if options.Skip {
		b.locks(v.Type(), at, subject)
		return nil
	}
	if !v.Exported() {
		remedy := "export it, or skip it with `session:\"-\"`"
		if !isWritten {
			remedy = "give the embedded field a tag, so that it is stored as one value"
		}
		b.add(at, subject, "an unexported field can't be stored; %s", remedy)
		return nil
	}
	if !b.storable(v, options.JSON, at, subject) {
		return nil
	}
	spelled, ok := b.spell(v, at, subject)
	if !ok {
		return nil
	}
	_, isPointer := v.Type().Underlying().(*types.Pointer)
	variable := Variable{
		Field: v.Name(), Path: subject, Name: options.Name, Type: spelled, Pointer: isPointer,
		JSON: options.JSON, Lazy: options.Lazy, Flash: options.Flash, Evictable: options.Evictable, TTL: options.TTL,
	}
	if isWritten {
		variable.Doc = written.doc()
	}
	return []candidate{{variable, from.depth, at}}
}

// storable reports what of a field's type does not survive the store.
func (b *builder) storable(v *types.Var, json bool, at ast.Node, subject string) bool {
	if !b.known(v, at, subject) || !b.locks(v.Type(), at, subject) {
		return false
	}
	check := storable.Gob
	if json {
		check = storable.JSON
	}
	problems := check(v.Type())
	for _, p := range problems {
		b.add(at, subject+p.Path, "%s; %s", p.What, p.Do)
	}
	return len(problems) == 0
}

// spell returns the spelling of a field's type.
func (b *builder) spell(v *types.Var, at ast.Node, subject string) (Type, bool) {
	if w, ok := b.written[v]; ok {
		return b.speller.source(w.field.Type, w.file), true
	}
	spelled, err := b.speller.typ(v.Type())
	if err != nil {
		b.add(at, subject, "its type can't be named here: %v; give the embedded field a tag, so that it is stored as one value", err)
		return nil, false
	}
	return spelled, true
}

// untagged says why an embedded field needs a tag, or "".
func untagged(t types.Type) string {
	const remedy = "; give it a tag, as in `session:\"name\"`, to store it as one value"
	if _, isPointer := t.(*types.Pointer); isPointer {
		return "an embedded pointer is not flattened" + remedy
	}
	if _, isStruct := t.Underlying().(*types.Struct); !isStruct {
		return ""
	}
	methods := types.NewMethodSet(types.NewPointer(t))
	for _, name := range []string{"GobEncode", "MarshalBinary", "MarshalText", "MarshalJSON"} {
		if methods.Lookup(nil, name) != nil {
			return "an embedded type that has a method " + name + " is not flattened" + remedy
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
			if winner.depth == c.depth || winner.Name != c.Name {
				b.add(c.at, c.Path, "%s has the same name in Go; rename one, or skip one with `session:\"-\"`", winner.Path)
			}
			continue
		}
		if other, taken := names[c.Name]; taken && c.Name != "" {
			b.add(c.at, c.Path, "name %q is the one of %s too; give another in the tag", c.Name, other.Path)
			continue
		}
		names[c.Name] = c
		variables = append(variables, c.Variable)
	}
	return variables
}
