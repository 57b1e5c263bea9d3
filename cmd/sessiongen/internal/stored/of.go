package stored

import (
	"cmp"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
)

// maxDepth ends the walk through a generic type that is made of ever larger
// instances of itself. The compiler refuses it, but it has not seen it yet.
const maxDepth = 200

// Of returns the form of the values of type t, which can be stored.
func Of(t types.Type, json bool) *Form {
	m := maker{json: json}
	return m.form(t, 0)
}

// A maker makes one form.
type maker struct {
	json bool
	made typeutil.Map // *Form by type, complete or not
}

func (m *maker) form(t types.Type, depth int) *Form {
	for range maxDepth {
		t = types.Unalias(t)
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t = p.Elem()
	}
	if f, ok := m.made.At(t).(*Form); ok {
		return f
	}
	f := &Form{}
	m.made.Set(t, f)
	if depth > maxDepth {
		f.Name = "endless"
		return f
	}
	if f.Name = m.leaf(t); f.Name != "" {
		return f
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		f.Kind, f.Elem = Slice, m.form(u.Elem(), depth+1)
	case *types.Array:
		f.Kind, f.Len, f.Elem = Array, u.Len(), m.form(u.Elem(), depth+1)
	case *types.Map:
		f.Kind, f.Key, f.Elem = Map, m.key(u.Key(), depth+1), m.form(u.Elem(), depth+1)
	case *types.Struct:
		f.Kind, f.Fields = Struct, m.fields(u, depth+1)
	}
	return f
}

// leaf returns the name of the form of t if it is a leaf, else "".
func (m *maker) leaf(t types.Type) string {
	if method := m.method(t); method != "" {
		return method + "(" + spelledType(types.TypeString(t, (*types.Package).Name)) + ")"
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if types.TypeString(t, nil) == "encoding/json.Number" && m.json {
			return "number"
		}
		return types.Typ[u.Kind()].Name() // byte is uint8
	case *types.Interface:
		return "any"
	case *types.Slice:
		if m.isBytes(u) {
			return "bytes"
		}
	}
	return ""
}

// method returns how t marshals itself, "" if it does not.
func (m *maker) method(t types.Type) string {
	method := storable.GobMethod(t)
	if m.json {
		method = storable.JSONMethod(t)
	}
	switch method {
	case "GobEncode":
		return "gob"
	case "MarshalBinary":
		return "binary"
	case "MarshalJSON":
		return "json"
	case "MarshalText":
		return "text"
	}
	return ""
}

func (m *maker) isBytes(s *types.Slice) bool {
	if m.json {
		return storable.JSONBytes(s)
	}
	b, ok := s.Elem().Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

// key returns the form of the keys of a map. Those of a kind of string are
// written to JSON as they are, even if they have methods.
func (m *maker) key(t types.Type, depth int) *Form {
	if b, ok := t.Underlying().(*types.Basic); ok && m.json && b.Info()&types.IsString != 0 {
		return &Form{Name: "string"}
	}
	return m.form(t, depth)
}

func (m *maker) fields(s *types.Struct, depth int) []Field {
	var fields []Field
	if m.json {
		for f := range storable.JSONFields(s) {
			form := m.form(f.Type, depth)
			if f.Quoted && form.Kind == Leaf {
				form = &Form{Name: "quoted(" + form.Name + ")"}
			}
			fields = append(fields, Field{Name: f.Name, Form: form})
		}
	} else {
		for f := range s.Fields() {
			if !storable.GobSends(f) {
				continue
			}
			e := NotEmbedded
			if _, isPointer := types.Unalias(f.Type()).(*types.Pointer); f.Embedded() && isPointer {
				e = EmbeddedPointer
			} else if f.Embedded() {
				e = Embedded
			}
			fields = append(fields, Field{f.Name(), e, m.form(f.Type(), depth)})
		}
	}
	slices.SortFunc(fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}
