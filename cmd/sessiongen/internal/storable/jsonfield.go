package storable

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

func (f field) jsonTag() string { return reflect.StructTag(f.tag).Get("json") }

// jsonName returns the name that the tag gives, or "" and the one that
// encoding/json does not accept.
func (f field) jsonName() (name, refused string) {
	given, _, _ := strings.Cut(f.jsonTag(), ",")
	for _, r := range given {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) {
			return "", given
		}
	}
	return given, ""
}

// jsonOption tells whether the tag has an option.
func (f field) jsonOption(name string) bool {
	_, options, _ := strings.Cut(f.jsonTag(), ",")
	return slices.Contains(strings.Split(options, ","), name)
}

// jsonQuotes tells whether f is written as a string within a string. Its type's
// methods still write it as they do, and are then given the wrong thing to read.
func (f field) jsonQuotes() bool {
	const quoted = types.IsBoolean | types.IsInteger | types.IsFloat | types.IsString
	basic, ok := elem(f.Type()).Underlying().(*types.Basic)
	return ok && basic.Info()&quoted != 0 && f.jsonOption("string")
}

// jsonSees tells whether encoding/json looks at f, for itself or its fields.
func (f field) jsonSees() bool {
	return f.jsonTag() != "-" && (f.Exported() || f.Embedded() && structOf(f.Type()) != nil)
}

// jsonFlattens tells whether the fields of f's type are stored as if they were
// those of the struct that f is embedded in.
func (f field) jsonFlattens() bool {
	name, _ := f.jsonName()
	return f.Embedded() && name == "" && structOf(f.Type()) != nil
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
