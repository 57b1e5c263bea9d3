package storable

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// jsonStruct visits the fields of a struct as encoding/json sees them.
type jsonStruct struct {
	*walk
	named   map[string]jsonNamed // the fields, by their names in JSON
	outer   []types.Type         // that the fields at hand are embedded in
	refused string               // what encoding/json does not accept as the name of the last of outer
}

// jsonNamed is a field that has a name in JSON.
type jsonNamed struct {
	path    string
	refused string // its name in the tag, or that of the struct it is in
}

const exportIt = "export its name, or do not embed it"

func (s *jsonStruct) visit(v value) {
	s.outer = append(s.outer, v.t)
	defer func() { s.outer = s.outer[:len(s.outer)-1] }()
	for _, f := range fields(v.t.Underlying().(*types.Struct)) {
		switch {
		case f.jsonTag() == "-":
		case !f.jsonSees():
			s.unexported(v.field(f.Var), f)
		case f.jsonFlattens():
			s.embedded(v.field(f.Var), f)
		default:
			s.field(v.field(f.Var), f)
		}
	}
}

// field visits a field that has a name in JSON.
func (s *jsonStruct) field(v value, f field) {
	given, refused := f.jsonName()
	given, refused = cmp.Or(given, f.Name()), cmp.Or(refused, s.refused)
	if other, taken := s.named[given]; taken {
		do := "give it another name in its json tag"
		if refused = cmp.Or(refused, other.refused); refused != "" {
			do += fmt.Sprintf(" (encoding/json does not accept %q)", refused)
		}
		s.report(v, do, "it has the same name in JSON as %s, %q, so one is lost", strings.TrimPrefix(other.path, "."), given)
		return
	}
	s.named[given] = jsonNamed{v.path, refused}
	if f.Embedded() && !f.Exported() && s.hidden(v, f) {
		return
	}
	target, _ := v.deref()
	if _, ok := pairOf(target, jsonFormat, textFormat); ok && f.jsonQuotes() {
		s.report(v, "remove the option, or use another type",
			"encoding/json can't read %s back if the tag has the option string, because it marshals itself", name(target.t))
	}
	s.walk.visit(v)
}

// hidden reports what reflection does not let encoding/json do with an embedded
// struct, because its own name is unexported.
func (s *jsonStruct) hidden(v value, f field) bool {
	v, _ = v.deref()
	_, marshalsItself := pairOf(v, jsonFormat, textFormat)
	switch {
	case v.through != nil:
		s.hiddenPointer(v)
	case marshalsItself:
		s.report(v, exportIt, "encoding/json can't call the methods of the embedded %s, because its name is unexported", name(v.t))
	case f.jsonOption("omitzero") && lookup(v.t, "IsZero", isZero) != nil:
		s.report(v, exportIt, "encoding/json can't call IsZero of the embedded %s, because its name is unexported", name(v.t))
	default:
		return false
	}
	return true
}

func (s *jsonStruct) hiddenPointer(v value) {
	s.report(v, exportIt, "JSON can't be decoded into the embedded pointer, because the name of %s is unexported", name(v.t))
}

func (s *jsonStruct) unexported(v value, f field) {
	noteUnexported(s.walk, v, f.Var, "encoding/json", "give the struct MarshalJSON and UnmarshalJSON")
}

// embedded visits the fields of an embedded struct.
func (s *jsonStruct) embedded(v value, f field) {
	remedy := "name the field"
	if f.Exported() { // else its methods could not be called
		remedy += ", or give it a name in its json tag"
	}
	v, _ = v.deref()
	if v.through != nil && !f.Exported() {
		if jsonKeeps(v.t, s.outer) {
			s.hiddenPointer(v)
		} else {
			s.unexported(v, f)
		}
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
	outside := s.refused
	if _, refused := f.jsonName(); refused != "" {
		s.refused = refused
	}
	s.visit(v)
	s.refused = outside
}

func contains(list []types.Type, t types.Type) bool {
	return slices.ContainsFunc(list, func(other types.Type) bool { return types.Identical(other, t) })
}
