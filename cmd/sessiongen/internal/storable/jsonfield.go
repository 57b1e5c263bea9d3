package storable

import (
	"cmp"
	"go/types"
	"reflect"
	"slices"
	"strings"
)

func (f field) jsonTag() string { return reflect.StructTag(f.tag).Get("json") }

// jsonName returns the name that the tag gives, or "".
func (f field) jsonName() string {
	given, _, _ := strings.Cut(f.jsonTag(), ",")
	return given
}

// jsonSees tells whether encoding/json looks at f, for itself or its fields.
func (f field) jsonSees() bool {
	return f.jsonTag() != "-" && (f.Exported() || f.Embedded() && structOf(f.Type()) != nil)
}

// jsonFlattens tells whether the fields of f's type are stored as if they were
// those of the struct that f is embedded in.
func (f field) jsonFlattens() bool {
	return f.Embedded() && f.jsonName() == "" && structOf(f.Type()) != nil
}

// jsonKeeps tells whether encoding/json stores anything of a struct type that
// is embedded in those of outer.
func jsonKeeps(t types.Type, outer []types.Type) bool {
	if contains(outer, t) || len(outer) > maxDepth {
		return false
	}
	for _, f := range fields(t.Underlying().(*types.Struct)) {
		if f.jsonKept(append(outer, t)) {
			return true
		}
	}
	return false
}

// jsonKept tells whether encoding/json stores anything of f, a field of the
// last of outer.
func (f field) jsonKept(outer []types.Type) bool {
	return f.jsonSees() && (!f.jsonFlattens() || jsonKeeps(elem(f.Type()), outer))
}

// jsonStruct visits the fields of a struct as encoding/json sees them.
type jsonStruct struct {
	*walk
	paths map[string]string // of the fields, by their names in JSON
	outer []types.Type      // that the fields at hand are embedded in
}

func (s *jsonStruct) visit(v value) {
	s.outer = append(s.outer, v.t)
	defer func() { s.outer = s.outer[:len(s.outer)-1] }()
	for _, f := range fields(v.t.Underlying().(*types.Struct)) {
		switch {
		case !f.jsonSees():
		case f.jsonFlattens():
			s.embedded(v.field(f.Var), f)
		default:
			s.named(v.field(f.Var), cmp.Or(f.jsonName(), f.Name()))
		}
	}
}

// named visits a field that has a name in JSON.
func (s *jsonStruct) named(v value, name string) {
	if other, taken := s.paths[name]; taken {
		s.report(v, "give it another name in its json tag",
			"it has the same name in JSON as %s, %q, so one is lost", strings.TrimPrefix(other, "."), name)
		return
	}
	s.paths[name] = v.path
	s.walk.visit(v)
}

// embedded visits the fields of an embedded struct.
func (s *jsonStruct) embedded(v value, f field) {
	const remedy = "name the field, or give it a name in its json tag"
	v, _ = v.deref()
	if v.through != nil && !f.Exported() {
		s.report(v, "export its name, or do not embed it", "JSON can't be decoded into the embedded pointer, because the name of %s is unexported", name(v.t))
		return
	}
	if p, ok := pairOf(v, jsonFormat, textFormat); ok {
		s.report(v, remedy, "encoding/json does not use %s of the embedded %s", p.marshal, name(v.t))
		return
	}
	if contains(s.outer, v.t) || v.depth > maxDepth {
		s.report(v, remedy, "encoding/json drops %s, which is embedded in itself", name(v.t))
		return
	}
	s.visit(v)
}

func contains(list []types.Type, t types.Type) bool {
	return slices.ContainsFunc(list, func(other types.Type) bool { return types.Identical(other, t) })
}

// jsonQuoted tells whether the tag has the option that stores numbers, bools and
// strings as text.
func (f field) jsonQuoted() bool {
	_, options, _ := strings.Cut(f.jsonTag(), ",")
	basic, ok := elem(f.Type()).Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsBoolean|types.IsNumeric|types.IsString) != 0 && slices.Contains(strings.Split(options, ","), "string")
}
