// Package emit writes the code that a schema describes.
package emit

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/build/constraint"
	"go/format"
	"strconv"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// Runtime is the path of the package that the output rests on.
const Runtime = "github.com/sessiongen/sessiongen/runtime"

// Imports are the packages that output imports, besides those of its types.
var Imports = []string{"context", "net/http", "time", Runtime}

//go:embed session.tmpl
var text string

var parsed = template.Must(template.New("session.tmpl").Funcs(functions).Parse(strings.ReplaceAll(text, "\n/// ", "\n"+long)))

// long begins, in the output of the template, a line of a comment that may be too
// long. No Go source may have it, so no type that is spelled in the output does.
const long = "\x00"

// Draft returns the output for a schema, which depends on nothing else, before
// it is formatted. For most schemas that changes nothing more.
func Draft(s schema.Session) ([]byte, error) {
	draft, err := execute(s)
	if err == nil && plain(s) {
		draft = tidy(draft)
	}
	return draft, err
}

// execute returns what the template makes of a schema.
func execute(s schema.Session) ([]byte, error) {
	names := newTable(append([]string{s.Names.Accessor, s.Names.Manager, s.Names.Constructor}, s.Reserved...))
	data := outline{
		Package: s.Package, Constraint: s.Constraint, Declared: s.Declared, Names: s.Names,
		Context: standard(names, "context"),
		HTTP:    standard(names, "net/http"),
		Runtime: standard(names, Runtime),
		Config:  "config",
	}
	for _, v := range s.Variables {
		if v.TTL > 0 {
			data.Time = standard(names, "time")
		}
		data.Variables = append(data.Variables, spelled(v, names))
	}
	data.ByPlace = place(data.Variables)
	align(data.Variables)
	for _, g := range s.Guards {
		spelled := guard{Label: g.Label, Type: names.spell(g.Type)}
		for _, f := range g.Fields {
			spelled.Fields = append(spelled.Fields, field{f.Name, names.spell(f.Type), tag(f.Tag)})
		}
		data.Guards = append(data.Guards, spelled)
	}
	// A type of the package that has the parameter's name is used within the
	// parameter's scope.
	for _, name := range append(s.Reserved, s.Names.Accessor) {
		if name == data.Config {
			data.Config = names.free("config")
		}
	}
	data.Imports = names.declaration()

	var b bytes.Buffer
	if err := parsed.Execute(&b, &data); err != nil {
		return nil, err
	}
	return wrap(b.Bytes()), nil
}

// Format returns a draft as gofmt leaves it. What has a struct type without a
// name is not done at once: go/format breaks the type, then what is around it.
func Format(source []byte) ([]byte, error) {
	for range 4 {
		next, err := format.Source(source)
		if err != nil {
			return nil, fmt.Errorf("output is not Go: %w", err)
		}
		if bytes.Equal(next, source) {
			break
		}
		source = next
	}
	return source, nil
}

// An outline is what the template makes the output of: a schema with all types
// and packages spelled.
type outline struct {
	Variables []*variable // in the order of their declaration
	ByPlace   []*variable
	Guards    []guard
	Names     schema.Names

	Context, HTTP, Runtime, Time, Config, Imports string
	Package, Constraint, Declared                 string
}

// A variable is one of the schema. It has a place in the list that the runtime
// gets, in which the lazy ones come last.
type variable struct {
	Field, Type, Path, Name string

	Quoted string // the field's name in quotes
	Column string // the field's name, padded to the length of the longest one
	Doc    string // of the field, as lines of a doc comment after others
	Var    string // the type in the runtime
	Codec  string // the constructor of its codec, with the type's argument

	Place                                   int
	Lazy, Packed, Flash, Pointer, Evictable bool
	TTL                                     time.Duration
}

type guard struct {
	Label, Type string
	Fields      []field
}

type field struct{ Name, Type, Tag string }

func spelled(v schema.Variable, names *table) *variable {
	s := &variable{
		Field: v.Field, Type: names.spell(v.Type), Path: v.Path, Name: v.Name,
		Quoted: strconv.Quote(v.Field), Doc: paragraph(v.Doc), Var: "Var", Codec: v.Codec,
		Lazy: v.Lazy, Packed: v.Codec == "Gob", Flash: v.Flash, Pointer: v.Pointer, Evictable: v.Evictable, TTL: v.TTL,
	}
	if v.Lazy {
		s.Var = "LazyVar"
	}
	if v.Codec != "GobTime" {
		s.Codec += "[" + s.Type + "]"
	}
	return s
}

// place gives the variables their places, and returns them in that order.
func place(variables []*variable) []*variable {
	var placed []*variable
	for _, lazy := range []bool{false, true} {
		for _, v := range variables {
			if v.Lazy == lazy {
				v.Place = len(placed)
				placed = append(placed, v)
			}
		}
	}
	return placed
}

// standard imports a package whose name is the one that its path shows.
func standard(names *table, path string) string {
	name := assumedName(path)
	return names.name(schema.Import{Path: path, Package: name, Name: name})
}

var functions = template.FuncMap{
	"lower":    lower,
	"duration": duration,
	"quote":    strconv.Quote,
}

// lower returns a name with a small first letter.
func lower(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

// tag returns a struct tag as a literal, with back quotes where they can be.
func tag(value string) string {
	if value == "" {
		return ""
	}
	if strconv.CanBackquote(value) {
		return "`" + value + "`"
	}
	return strconv.Quote(value)
}

// duration returns whole seconds as an expression.
func duration(d time.Duration, pkg string) string {
	unit, name := time.Second, "Second"
	switch {
	case d%time.Hour == 0:
		unit, name = time.Hour, "Hour"
	case d%time.Minute == 0:
		unit, name = time.Minute, "Minute"
	}
	if d == unit {
		return pkg + "." + name
	}
	return fmt.Sprintf("%d*%s.%s", d/unit, pkg, name)
}

const width = 80

// wrap wraps the long lines. In the template they begin with three slashes.
func wrap(source []byte) []byte {
	wrapped := make([]byte, 0, len(source)+len(source)/8)
	for line := range bytes.Lines(source) {
		text, ok := bytes.CutPrefix(line, []byte(long))
		if !ok {
			wrapped = append(wrapped, line...)
			continue
		}
		length := 0
		for word := range bytes.FieldsSeq(text) {
			switch {
			case length == 0:
				wrapped = append(wrapped, "//"...)
				length = len("//")
			case length+1+len(word) > width:
				wrapped = append(wrapped, "\n//"...)
				length = len("//")
			}
			wrapped = append(append(wrapped, ' '), word...)
			length += 1 + len(word)
		}
		wrapped = append(wrapped, '\n')
	}
	return wrapped
}

// paragraph returns the comment of a field as the last paragraph of others, line
// by line. Lines that constrain builds are left out: gofmt would move them to the
// top of the file, wherever they are.
func paragraph(doc string) string {
	if doc == "" {
		return ""
	}
	lines := []byte("//\n")
	for l := range strings.SplitSeq(strings.TrimRight(doc, "\n"), "\n") {
		if l = strings.TrimRight("// "+l, " "); !constraint.IsPlusBuild(l) {
			lines = append(append(lines, l...), '\n')
		}
	}
	return string(lines)
}
