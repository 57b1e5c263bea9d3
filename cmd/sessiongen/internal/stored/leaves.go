package stored

// A Line is one line of a form that is printed leaf by leaf. The path leads from
// the variable to the leaf, such as cart[].Price, and the text is what stands
// there, such as [] string. A struct that contains itself is like the one at
// another path.
type Line struct{ Path, Text string }

// Lines prints the form of a variable, leaf by leaf. The first line is that of the
// variable itself.
func (f *Form) Lines(name string) []Line {
	p := linePrinter{share: f.isLarge(), paths: map[*Form]string{}}
	p.print(name, f)
	return p.lines
}

type linePrinter struct {
	share bool             // structs that stand in more than one place
	paths map[*Form]string // of what can be referred to
	lines []Line
}

func (p *linePrinter) print(path string, f *Form) {
	at, text := path, ""
	for {
		if there, ok := p.paths[f]; ok {
			p.lines = append(p.lines, Line{path, text + "like " + there})
			return
		}
		if f.Kind == Leaf {
			p.lines = append(p.lines, Line{path, text + f.Name})
			return
		}
		p.paths[f] = at
		if f.Kind != Struct || !p.share {
			defer delete(p.paths, f)
		}
		if f.Kind == Struct {
			break
		}
		at, text = at+f.brackets(), text+f.words()
		f = f.Elem
	}
	if len(p.lines) == 0 || len(f.Fields) == 0 {
		p.lines = append(p.lines, Line{path, text + "struct"})
	}
	for _, field := range f.Fields {
		p.print(at+"."+field.spelled(), field.Form)
	}
}

// CutPath cuts a path off the front of a text, and the blank behind it.
func CutPath(text string) (path, rest string) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ' ' && depth == 0:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
