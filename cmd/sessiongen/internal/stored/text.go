package stored

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxExpanded is how many parts a form has at most that is printed whole, even if a
// struct stands in more than one place of it.
const maxExpanded = 200

// String returns the form on one line, such as [] {Name string; Price int64}. A
// struct that contains itself has a number there: #1 {Next #1}.
func (f *Form) String() string {
	p := printer{labels: map[*Form]int{}}
	p.label(f, f.isLarge(), map[*Form]bool{})
	p.print(f)
	return p.String()
}

// isLarge tells whether the form has more than maxExpanded parts.
func (f *Form) isLarge() bool {
	left := maxExpanded
	return !f.count(&left, map[*Form]bool{})
}

// count takes the number of parts from left, and fails if that is not enough.
func (f *Form) count(left *int, within map[*Form]bool) bool {
	if f == nil {
		return true
	}
	if *left--; *left < 0 {
		return false
	}
	if within[f] {
		return true
	}
	within[f] = true
	defer delete(within, f)
	for _, field := range f.Fields {
		if !field.Form.count(left, within) {
			return false
		}
	}
	return f.Key.count(left, within) && f.Elem.count(left, within)
}

// A printer prints a form on one line. The labels are of what stands in more than
// one place, 0 until it has been printed.
type printer struct {
	strings.Builder
	labels map[*Form]int
	last   int
}

// label finds out what needs a label: what contains itself, and if share is set
// all structs that stand in more than one place. met tells of what was met before
// whether that is still under way.
func (p *printer) label(f *Form, share bool, met map[*Form]bool) {
	if f == nil || f.Kind == Leaf {
		return
	}
	if within, ok := met[f]; ok && (within || share && f.Kind == Struct) {
		p.labels[f] = 0
		return
	}
	met[f] = true
	p.label(f.Key, share, met)
	p.label(f.Elem, share, met)
	for _, field := range f.Fields {
		p.label(field.Form, share, met)
	}
	met[f] = false
}

func (p *printer) print(f *Form) {
	if n, ok := p.labels[f]; ok {
		if n > 0 {
			fmt.Fprintf(p, "#%d", n)
			return
		}
		p.last++
		p.labels[f] = p.last
		fmt.Fprintf(p, "#%d ", p.last)
	}
	switch f.Kind {
	case Leaf:
		p.WriteString(f.Name)
	case Struct:
		p.WriteByte('{')
		for i, field := range f.Fields {
			if i > 0 {
				p.WriteString("; ")
			}
			p.WriteString(field.spelled() + " ")
			p.print(field.Form)
		}
		p.WriteByte('}')
	case Map:
		p.WriteString("map[")
		p.print(f.Key)
		p.WriteString("] ")
		p.print(f.Elem)
	default:
		p.WriteString(f.words())
		p.print(f.Elem)
	}
}

// words is brackets ahead of a form.
func (f *Form) words() string {
	if f.Kind == Map {
		return "map" + f.brackets() + " "
	}
	return f.brackets() + " "
}

// brackets returns what stands for the elements of a slice, an array or a map in a
// path.
func (f *Form) brackets() string {
	switch f.Kind {
	case Array:
		return fmt.Sprintf("[%d]", f.Len)
	case Map:
		return "[" + f.Key.String() + "]"
	}
	return "[]"
}

// spelled returns the field's name, in parentheses if it is embedded.
func (f Field) spelled() string {
	name := spelled(f.Name)
	switch f.Embedding {
	case Embedded:
		return "(" + name + ")"
	case EmbeddedPointer:
		return "(*" + name + ")"
	}
	return name
}

// spelled returns a name as it is, or in quotes if that could be taken for
// something else.
func spelled(name string) string {
	if isPlain(name) {
		return name
	}
	return strconv.Quote(name)
}

// spelledType is spelled for the name of a type and its package.
func spelledType(name string) string {
	if before, after, ok := strings.Cut(name, "."); ok && isPlain(before) && isPlain(after) {
		return name
	}
	return spelled(name)
}

func isPlain(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool { return !isLetter(c) })
}

// isLetter tells whether a character can stand in a name without quotes.
func isLetter(c rune) bool { return c == '_' || c == '-' || unicode.IsLetter(c) || unicode.IsDigit(c) }
