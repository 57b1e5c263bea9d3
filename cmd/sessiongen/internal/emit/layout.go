package emit

import (
	"bytes"
	"go/format"
	"regexp"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// maxOneLiner is the length in bytes up to which gofmt leaves a method on one
// line: 100, of which it does not count the braces and the spaces beside them,
// but counts the first space twice (funcDecl and funcBody in go/printer). A
// function literal may have a byte more.
const maxOneLiner = 104

// layout returns output as gofmt lays it out. The template does that itself, but
// for the lengths of lines and for what is spelled by the declaration. go/format
// takes longer than all else that is done for a package, so it is called only
// where a spelling, or a length, is out of the common.
func layout(source []byte, s schema.Session, names *table) ([]byte, error) {
	if plain(s, names) && !longLiteral(source) {
		return unfold(source), nil
	}
	// What has a struct type without a name is not done at once: go/format breaks
	// the type, then what is around it.
	for range 4 {
		formatted, err := format.Source(source)
		if err != nil || bytes.Equal(formatted, source) {
			return source, err
		}
		source = formatted
	}
	return source, nil
}

// plain tells whether gofmt leaves all types as the declaration spells them.
func plain(s schema.Session, names *table) bool {
	for _, v := range s.Variables {
		if !plainType.MatchString(names.spell(v.Type)) {
			return false
		}
	}
	for _, guard := range s.Guards {
		for _, f := range guard.Fields {
			if !plainType.MatchString(names.spell(f.Type)) {
				return false
			}
		}
	}
	return true
}

// plainType matches types that are made of names, pointers, slices, arrays and
// maps alone.
var plainType = regexp.MustCompile(`^(\*|\[([1-9][0-9]*)?\]|map\[([\pL_][\pL_\pN]*\.)?[\pL_][\pL_\pN]*\])*([\pL_][\pL_\pN]*\.)?[\pL_][\pL_\pN]*$`)

// layoutComment returns a doc comment as gofmt lays it out.
func layoutComment(comment string) string {
	// Of all comments, go/format lays out those of declarations.
	const before, after = "package p\n\n", "\nfunc _()\n"
	formatted, err := format.Source([]byte(before + comment + after))
	if err != nil {
		return comment
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(formatted), before), after)
}

// plainText tells whether gofmt leaves the text of a comment as it is. All that
// it may see as a list, heading, code, link definition or quote is not plain.
func plainText(text string) bool {
	if strings.Contains(text, "``") || strings.Contains(text, "''") {
		return false
	}
	for line := range strings.Lines(text) {
		if !plainLine.MatchString(line) {
			return false
		}
	}
	return true
}

var plainLine = regexp.MustCompile(`^\pL[^\pC]*\n?$`)

// longLiteral tells whether there is a function literal that gofmt breaks.
func longLiteral(source []byte) bool {
	for _, literal := range literals.FindAll(source, -1) {
		if len(literal) > maxOneLiner {
			return true
		}
	}
	return false
}

var literals = regexp.MustCompile(`func\(s \*.* \}`)

// unfold breaks the functions that are too long for one line.
func unfold(source []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(source) + 64)
	for line := range bytes.Lines(source) {
		header, body, found := bytes.Cut(line, []byte(" { "))
		if found && bytes.HasPrefix(line, []byte("func ")) && len(line) > maxOneLiner+len("\n") {
			b.Write(header)
			b.WriteString(" {\n\t")
			b.Write(bytes.TrimSuffix(body, []byte(" }\n")))
			b.WriteString("\n}\n")
			continue
		}
		b.Write(line)
	}
	return b.Bytes()
}
