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

var parsed = template.Must(template.New("session.tmpl").Funcs(functions(nil)).Parse(text))

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
	declared, byPlace := places(s.Variables)
	data := struct {
		schema.Session
		Variables []placed // in the order of their declaration
		ByPlace   []placed

		Context, HTTP, Runtime, Time, Config, Imports string
	}{
		Session: s, Variables: declared, ByPlace: byPlace,
		Context: standard(names, "context"),
		HTTP:    standard(names, "net/http"),
		Runtime: standard(names, Runtime),
		Config:  "config",
	}
	for _, v := range s.Variables {
		if v.TTL > 0 {
			data.Time = standard(names, "time")
		}
		names.spell(v.Type)
	}
	for _, guard := range s.Guards {
		names.spell(guard.Type)
		for _, f := range guard.Fields {
			names.spell(f.Type)
		}
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
	t := template.Must(parsed.Clone()).Funcs(functions(names))
	if err := t.Execute(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
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

// A placed is a variable with its place in the list that the runtime gets, in
// which the lazy ones come last.
type placed struct {
	schema.Variable
	Place int
}

// places returns the variables in their order, and by their places.
func places(variables []schema.Variable) (declared, byPlace []placed) {
	declared = make([]placed, len(variables))
	for _, lazy := range []bool{false, true} {
		for i, v := range variables {
			if v.Lazy == lazy {
				declared[i] = placed{v, len(byPlace)}
				byPlace = append(byPlace, declared[i])
			}
		}
	}
	return declared, byPlace
}

// standard imports a package whose name is the one that its path shows.
func standard(names *table, path string) string {
	name := assumedName(path)
	return names.name(schema.Import{Path: path, Package: name, Name: name})
}

func functions(names *table) template.FuncMap {
	return template.FuncMap{
		"type":     names.spell,
		"column":   column,
		"doc":      comment,
		"lower":    lower,
		"tag":      tag,
		"duration": duration,
		"quote":    strconv.Quote,
	}
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

// comment returns a doc comment: a text that it wraps, and behind it the comment
// of a field, line by line. Those that constrain builds are left out: gofmt would
// move them to the top of the file, wherever they are.
func comment(text, field string) string {
	var lines []string
	line := "//"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width {
			lines, line = append(lines, line), "//"
		}
		line += " " + word
	}
	lines = append(lines, line)
	if field != "" {
		lines = append(lines, "//")
		for _, l := range strings.Split(strings.TrimRight(field, "\n"), "\n") {
			if l = strings.TrimRight("// "+l, " "); !constraint.IsPlusBuild(l) {
				lines = append(lines, l)
			}
		}
	}
	return strings.Join(lines, "\n")
}
