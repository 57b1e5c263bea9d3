package storable

import (
	"go/types"
	"slices"
	"strings"
)

// foreign tells whether v's type is declared in another package than the
// variable, so that it can't be changed.
func (v value) foreign() bool {
	if named, ok := v.t.(*types.Named); ok {
		pkg := named.Obj().Pkg()
		return v.here != nil && pkg != nil && pkg != v.here
	}
	return v.given
}

// named tells whether v's type has a name, so that it can have methods.
func named(t types.Type) bool {
	_, ok := t.(*types.Named)
	return ok
}

// jsonOption returns the remedy of the json option if the whole variable would
// survive with it, else "".
func (w *walk) jsonOption() string {
	if _, isGob := w.rules.(gobRules); isGob && len(through(w.variable, w.here, jsonRules{}).problems) == 0 {
		return "add the json option"
	}
	return ""
}

// another returns the remedies that there are, and as the last one to use another
// type.
func another(remedies ...string) string {
	return anyOf(append(remedies, "use another type")...)
}

// anyOf returns a remedy of which any part helps. Those that are empty are none.
func anyOf(remedies ...string) string {
	remedies = slices.DeleteFunc(remedies, func(r string) bool { return r == "" })
	last := len(remedies) - 1
	switch {
	case last == 0:
		return remedies[0]
	case last == 1:
		return remedies[0] + ", or " + remedies[1]
	}
	return strings.Join(remedies[:last], ", ") + ", or " + remedies[last]
}

// unless returns a remedy if it can be applied.
func unless(impossible bool, remedy string) string {
	if impossible {
		return ""
	}
	return remedy
}
