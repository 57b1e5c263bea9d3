package stored

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
)

var (
	errForm  = errors.New("it does not say what is stored")
	errPath  = errors.New("it is of no variable and no part of one")
	errRest  = errors.New("there is something behind what is stored")
	errTwice = errors.New("another line says what is stored there")
	errOther = errors.New("it does not go with the lines before")
	errLike  = errors.New("what it is like is not there")
)

// Parse returns the form that the text begins with, as [Form.String] prints it,
// and what follows it.
func Parse(text string) (f *Form, rest string, err error) {
	p := parser{text: text, labels: map[string]*Form{}}
	if f = p.form(0); f == nil || !p.ends() {
		return nil, "", errForm
	}
	return f, strings.TrimPrefix(p.text, " "), nil
}

// A parser takes what it has parsed from the front of the text. Its methods
// return nil or false if the text is not as it should be.
type parser struct {
	text   string
	labels map[string]*Form
}

// maxNested is how deep a text may be nested.
const maxNested = 1000

func (p *parser) form(depth int) *Form {
	if depth > maxNested {
		return nil
	}
	f := &Form{}
	if p.takes("#") {
		label, ok := p.word()
		if known := p.labels[label]; known != nil || !ok {
			return known
		}
		p.labels[label] = f
		if !p.takes(" ") {
			return nil
		}
	}
	switch {
	case p.takes("{"):
		if !p.fields(f, depth) {
			return nil
		}
	case p.startsBrackets():
		if !p.brackets(f, depth) || !p.takes(" ") {
			return nil
		}
		if f.Elem = p.form(depth + 1); f.Elem == nil {
			return nil
		}
	default:
		if f.Name = p.leaf(); f.Name == "" {
			return nil
		}
	}
	return f
}

func (p *parser) fields(f *Form, depth int) bool {
	f.Kind = Struct
	for !p.takes("}") {
		if len(f.Fields) > 0 && !p.takes("; ") {
			return false
		}
		field, ok := p.field()
		if !ok || f.field(field.Name) != nil || !p.takes(" ") {
			return false
		}
		if field.Form = p.form(depth + 1); field.Form == nil {
			return false
		}
		f.Fields = append(f.Fields, field)
	}
	f.sort()
	return true
}

func (f *Form) sort() {
	slices.SortFunc(f.Fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
}

func (p *parser) startsBrackets() bool {
	return strings.HasPrefix(p.text, "[") || strings.HasPrefix(p.text, "map[")
}

// brackets sets f to a slice, array or map but for its elements. Paths leave out
// the word map.
func (p *parser) brackets(f *Form, depth int) bool {
	p.takes("map")
	if !p.takes("[") {
		return false
	}
	if p.takes("]") {
		f.Kind = Slice
		return true
	}
	end := strings.IndexByte(p.text, ']')
	if length, err := strconv.ParseInt(p.text[:max(end, 0)], 10, 64); err == nil && length >= 0 {
		f.Kind, f.Len, p.text = Array, length, p.text[end+1:]
		return true
	}
	f.Kind, f.Key = Map, p.form(depth+1)
	return f.Key != nil && p.takes("]")
}

// field returns a field but for its form.
func (p *parser) field() (f Field, ok bool) {
	if !p.takes("(") {
		f.Name, ok = p.name()
		return f, ok
	}
	f.Embedding = Embedded
	if p.takes("*") {
		f.Embedding = EmbeddedPointer
	}
	f.Name, ok = p.name()
	return f, ok && p.takes(")")
}

// The names of leaves: those beside numbers that stand alone, and those with a name
// in parentheses.
var (
	plainLeaves   = strings.Fields("bool string bytes any number endless")
	leavesOfTypes = strings.Fields("gob binary json text quoted")
)

// leaf returns the name of a leaf, "" if there is none.
func (p *parser) leaf() string {
	word, ok := p.word()
	if !ok || !p.takes("(") {
		if _, isNumber := rangeOf(word); !isNumber && !slices.Contains(plainLeaves, word) {
			return ""
		}
		return word
	}
	if !slices.Contains(leavesOfTypes, word) {
		return ""
	}
	start := p.text
	if _, ok = p.name(); ok && p.takes(".") {
		_, ok = p.word()
	}
	name := start[:len(start)-len(p.text)]
	if !ok || !p.takes(")") {
		return ""
	}
	return word + "(" + name + ")"
}

// name returns a name that may be in quotes.
func (p *parser) name() (string, bool) {
	if !strings.HasPrefix(p.text, `"`) {
		return p.word()
	}
	quoted, err := strconv.QuotedPrefix(p.text)
	if err != nil {
		return "", false
	}
	name, err := strconv.Unquote(quoted)
	p.text = p.text[len(quoted):]
	return name, err == nil && spelled(name) == quoted
}

func (p *parser) word() (string, bool) {
	end := strings.IndexFunc(p.text, func(c rune) bool { return !isLetter(c) })
	if end < 0 {
		end = len(p.text)
	}
	word := p.text[:end]
	p.text = p.text[end:]
	return word, word != ""
}

func (p *parser) takes(prefix string) bool {
	rest, ok := strings.CutPrefix(p.text, prefix)
	if ok {
		p.text = rest
	}
	return ok
}

// ends tells whether what was parsed ends here.
func (p *parser) ends() bool { return p.text == "" || p.text[0] == ' ' }
