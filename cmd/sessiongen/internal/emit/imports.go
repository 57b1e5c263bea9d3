package emit

import (
	"cmp"
	"fmt"
	"go/doc"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// A table gives every imported package a name that no other package, no
// declaration of the package, and no parameter or receiver of the output has.
type table struct {
	taken   map[string]bool
	imports map[string]schema.Import // by path
}

// locals are the names of parameters, receivers and variables of the output.
var locals = strings.Fields("config ctx err fn m manager next r s token v values w")

func newTable(reserved []string) *table {
	t := &table{map[string]bool{}, map[string]schema.Import{}}
	for _, name := range slices.Concat(reserved, locals) {
		t.taken[name] = true
	}
	return t
}

// name returns the name of a package, which it imports at the first call.
func (t *table) name(i schema.Import) string {
	if known, ok := t.imports[i.Path]; ok {
		return known.Name
	}
	i.Name = t.free(i.Name)
	t.taken[i.Name] = true
	t.imports[i.Path] = i
	return i.Name
}

// free returns the name, with a number if it is taken.
func (t *table) free(name string) string {
	free := name
	for n := 2; t.taken[free] || doc.IsPredeclared(free); n++ {
		free = name + strconv.Itoa(n)
	}
	return free
}

// spell returns a type as it is spelled in the output.
func (t *table) spell(spelled schema.Type) string {
	var b strings.Builder
	for _, word := range spelled {
		if word.Import.Path != "" {
			b.WriteString(t.name(word.Import) + ".")
		}
		b.WriteString(word.Text)
	}
	return b.String()
}

// declaration returns the lines between the parentheses of the import
// declaration: the standard library, then all else.
func (t *table) declaration() string {
	var standard, other strings.Builder
	byPath := func(a, b schema.Import) int { return cmp.Compare(a.Path, b.Path) }
	for _, i := range slices.SortedFunc(maps.Values(t.imports), byPath) {
		group := &standard
		if first, _, _ := strings.Cut(i.Path, "/"); strings.Contains(first, ".") {
			group = &other
		}
		if i.Name == i.Package && i.Package == assumedName(i.Path) {
			fmt.Fprintf(group, "\t%q\n", i.Path)
		} else {
			fmt.Fprintf(group, "\t%s %q\n", i.Name, i.Path)
		}
	}
	return standard.String() + "\n" + other.String()
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// assumedName returns the name that a reader expects of a package: the last
// element of its path that is not a major version.
func assumedName(importPath string) string {
	name := path.Base(importPath)
	if majorVersion.MatchString(name) && name != importPath {
		name = path.Base(path.Dir(importPath))
	}
	return name
}
