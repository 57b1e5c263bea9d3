package vet

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// call traces the value into a call that gets it. It tells whether to go on with
// the result.
func (t *trace) call(cur inspector.Cursor, s *step) bool {
	call := cur.Parent().Node().(*ast.CallExpr)
	_, i := cur.ParentEdge()
	if t.info.Types[call.Fun].IsType() {
		if isText(t.info.TypeOf(call)) || isText(t.info.TypeOf(call.Args[i])) {
			t.read(cur) // to make a string, or a slice of one, copies it
			return false
		}
		return true // the same value in another type
	}
	switch callee := typeutil.Callee(t.info, call).(type) {
	case *types.Builtin:
		return t.builtin(cur, callee.Name(), i, s)
	case *types.Func:
		if m, ok := methodOf(t.info, call); ok && m.verb == "Set" && m.field == t.method.field && m.accessor == t.method.accessor {
			return false // one of the stores
		}
		switch effect := effectOf(callee, i); effect {
		case sorts, changes:
			if effect == sorts && t.inTest {
				t.read(cur)
			} else {
				t.changeInPlace(cur.Parent(), *s)
			}
			return false
		case edits:
			t.changeInPlace(cur.Parent(), *s)
			return true
		case reads:
			if !s.address {
				t.read(cur)
				return false
			}
		}
	}
	t.use(cur, s.address)
	return false
}

// isText tells whether a type is one of strings.
func isText(typ types.Type) bool {
	basic, ok := typ.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

// builtin traces the value into argument i of a builtin function.
func (t *trace) builtin(cur inspector.Cursor, name string, i int, s *step) bool {
	switch {
	case name == "append" && i == 0:
		s.appended = true
		return true
	case name == "clear", name == "delete" && i == 0, name == "copy" && i == 0:
		t.changeInPlace(cur.Parent(), *s)
	case name == "len", name == "cap", name == "delete":
		t.read(cur)
	case name == "append", name == "copy": // its elements are copied
		if c, ok := t.info.TypeOf(cur.Node().(ast.Expr)).Underlying().(*types.Slice); ok && !hasReferences(c.Elem(), nil) {
			t.read(cur)
			break
		}
		t.use(cur, s.address)
	default:
		t.use(cur, s.address)
	}
	return false
}

// An effect is what a function of the standard library does to an argument.
type effect int

const (
	unknown effect = iota
	reads          // and neither keeps nor returns what could be changed
	sorts          // in place
	changes        // in place
	edits          // changes it in place, and returns what it has become
)

var sorting = []string{
	"sort.Float64s", "sort.Ints", "sort.Slice", "sort.SliceStable", "sort.Sort", "sort.Stable", "sort.Strings",
	"slices.Reverse", "slices.Sort", "slices.SortFunc", "slices.SortStableFunc",
}

var changing = []string{
	"maps.Copy", "maps.DeleteFunc", "maps.Insert",
}

var editing = []string{
	"slices.Compact", "slices.CompactFunc", "slices.Delete", "slices.DeleteFunc", "slices.Insert", "slices.Replace",
}

var reading = []string{
	"slices.BinarySearch", "slices.BinarySearchFunc", "slices.Clone", "slices.Contains", "slices.ContainsFunc", "slices.Equal",
	"slices.EqualFunc", "slices.Index", "slices.IndexFunc", "slices.IsSorted", "slices.IsSortedFunc", "slices.Max", "slices.Min",
	"maps.Clone", "maps.Equal", "maps.EqualFunc", "strings.Join", "reflect.DeepEqual",
	"encoding/json.Marshal", "encoding/json.MarshalIndent", "(*encoding/json.Encoder).Encode",
	"(*html/template.Template).Execute", "(*html/template.Template).ExecuteTemplate",
	"(*text/template.Template).Execute", "(*text/template.Template).ExecuteTemplate",
}

// effectOf returns what a function does to its argument i.
func effectOf(fn *types.Func, i int) effect {
	if fn.Pkg() == nil {
		return unknown
	}
	name := fn.Origin().FullName()
	switch {
	case i == 0 && slices.Contains(sorting, name):
		return sorts
	case i == 0 && slices.Contains(changing, name):
		return changes
	case i == 0 && slices.Contains(editing, name):
		return edits
	case slices.Contains(reading, name), name == "maps.Copy":
		return reads
	}
	switch fn.Pkg().Path() {
	case "fmt":
		if !strings.Contains(strings.ToLower(fn.Name()), "scan") {
			return reads
		}
	case "log":
		return reads
	}
	return unknown
}
