// Package storable finds out by its type whether a variable comes back from
// the store as it went in: what encoding/gob or encoding/json would refuse,
// drop or garble is to be seen when code is generated, not when it runs.
package storable

import (
	"fmt"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

// A Problem is one part of a type that does not survive the store.
type Problem struct {
	// Path leads from the variable to the part, such as "[].Owner.Notify": a
	// field, [] for an element, [key] for the key of a map. It is empty if
	// the variable itself is meant.
	Path string

	What string // is wrong
	Do   string // about it
}

// A Note is one part of a type that may lose something in the store, although
// it can be stored. What there is to be done about it matters only to those who
// need what is lost.
type Note Problem

// Gob returns the problems that encoding/gob has with a variable of type t. What
// it says to do about them can be done in the package here, where the variable is
// declared; if here is nil, in any package.
func Gob(t types.Type, here *types.Package) []Problem { return through(t, here, gobRules{}).problems }

// JSON returns the problems that encoding/json has with a variable of type t.
func JSON(t types.Type) []Problem { return through(t, nil, jsonRules{}).problems }

// Notes returns what there is to note of a variable of type t, which has no
// problems, if it is stored as JSON, or else as gob.
func Notes(t types.Type, json bool) []Note {
	if json {
		return through(t, nil, jsonRules{}).notes
	}
	return through(t, nil, gobRules{}).notes
}

// rules are what differs between gob and JSON.
type rules interface {
	// own reports what is wrong with v's type as such. It tells whether the
	// type's parts matter: they don't if it marshals itself or is refused.
	own(w *walk, v value) (parts bool)

	// parts visits what v's type is made of, and reports what is dropped.
	parts(w *walk, v value)

	// fieldRemedy says what to do about v, the field of a struct that can't be
	// stored.
	fieldRemedy(w *walk, v value) string
}

// walk is one walk through a type.
type walk struct {
	rules
	variable types.Type
	here     *types.Package
	problems []Problem
	notes    []Note

	// seen holds the types whose parts were visited, by value.addressable:
	// what survives in one case may not in the other.
	seen map[bool]*typeutil.Map
}

func through(t types.Type, here *types.Package, r rules) *walk {
	w := &walk{rules: r, variable: t, here: here, seen: map[bool]*typeutil.Map{true: {}, false: {}}}
	w.visit(value{t: types.Unalias(t), addressable: true, here: here})
	return w
}

func (w *walk) visit(v value) {
	v, ok := v.deref()
	if !ok {
		w.report(v, "use another type", "%s points to itself without end", name(v.t))
		return
	}
	if v.depth > maxDepth || !w.own(w, v) {
		return
	}
	if w.seen[v.addressable].Set(v.t, true) == nil {
		w.parts(w, v)
	}
}

func (w *walk) report(v value, do, what string, args ...any) {
	w.problems = append(w.problems, Problem{Path: v.path, What: fmt.Sprintf(what, args...), Do: do})
}

// note notes something about a value, but once for each place.
func (w *walk) note(v value, do, what string, args ...any) {
	if n := (Note{Path: v.path, What: fmt.Sprintf(what, args...), Do: do}); !slices.Contains(w.notes, n) {
		w.notes = append(w.notes, n)
	}
}

// refuse reports a value of a type that can't be stored at all.
func (w *walk) refuse(v value, what string) {
	do := "use another type"
	if v.path == "" {
		do = "skip the field with `session:\"-\"`"
	} else if v.inStruct {
		do = w.fieldRemedy(w, v)
	}
	w.report(v, do, what, name(v.t))
}
