package vet

import (
	"go/types"
	"slices"
	"strings"
)

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
