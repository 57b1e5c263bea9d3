package stored

import "strings"

// A lineReader makes a form of lines.
type lineReader struct {
	root *Form
	open map[*Form]bool   // structs that further lines may have fields of
	like map[*Form]string // stands for the form at another path
}

// FromLines returns the form of which lines were printed. The first one must be
// that of the variable; what follows its form is returned as rest. An error is of
// the line at the index.
func FromLines(name string, lines []Line) (f *Form, rest string, index int, err error) {
	r := lineReader{open: map[*Form]bool{}, like: map[*Form]string{}}
	for i, line := range lines {
		path, ok := strings.CutPrefix(line.Path, name)
		if !ok || i == 0 && path != "" {
			return nil, "", i, errPath
		}
		after, err := r.read(path, line.Text)
		if err == nil && i > 0 && after != "" {
			err = errRest
		}
		if err != nil {
			return nil, "", i, err
		}
		if i == 0 {
			rest = after
		}
	}
	for stand := range r.like {
		if r.at(name, stand) == nil {
			return nil, "", 0, errLike
		}
	}
	return r.link(name, r.root, map[*Form]bool{}), rest, 0, nil
}

// read reads a line, and returns what follows the form in it.
func (r *lineReader) read(path, text string) (rest string, err error) {
	p := parser{text: path, labels: map[string]*Form{}}
	f := &r.root
	for p.text != "" {
		if f, err = r.step(&p, f); err != nil {
			return "", err
		}
	}
	if *f != nil {
		return "", errTwice
	}
	p.text = text
	for p.startsBrackets() {
		*f = &Form{}
		if !p.brackets(*f, 0) || !p.takes(" ") {
			return "", errForm
		}
		f = &(*f).Elem
	}
	*f = &Form{}
	if p.takes("like ") {
		if r.like[*f], rest = CutPath(p.text); r.like[*f] == "" {
			return "", errLike
		}
		return rest, nil
	}
	if p.takes("struct") {
		(*f).Kind = Struct
		r.open[*f] = path == ""
	} else if (*f).Name = p.leaf(); (*f).Name == "" {
		return "", errForm
	}
	if !p.ends() {
		return "", errForm
	}
	return strings.TrimPrefix(p.text, " "), nil
}

// step follows one step of a path from f, and makes what is not there yet.
func (r *lineReader) step(p *parser, f **Form) (**Form, error) {
	if p.takes(".") {
		field, ok := p.field()
		if !ok {
			return nil, errPath
		}
		if *f == nil {
			*f = &Form{Kind: Struct}
			r.open[*f] = true
		}
		if !r.open[*f] {
			return nil, errOther
		}
		there := (*f).field(field.Name)
		if there == nil {
			(*f).Fields = append((*f).Fields, field)
			there = &(*f).Fields[len((*f).Fields)-1]
		}
		if there.Embedding != field.Embedding {
			return nil, errOther
		}
		return &there.Form, nil
	}
	wanted := &Form{}
	if !p.brackets(wanted, 0) {
		return nil, errPath
	}
	if *f == nil {
		*f = wanted
	}
	if (*f).Kind != wanted.Kind || (*f).Len != wanted.Len || !(*f).Key.Equal(wanted.Key) {
		return nil, errOther
	}
	return &(*f).Elem, nil
}

// at returns the form for which another one stands, nil if there is none.
func (r *lineReader) at(name string, stand *Form) *Form {
	path, ok := strings.CutPrefix(r.like[stand], name)
	if !ok {
		return nil
	}
	p := parser{text: path, labels: map[string]*Form{}}
	f := r.root
	for p.text != "" && f != nil {
		if p.takes(".") {
			field, _ := p.field()
			there := f.field(field.Name)
			if there == nil || there.Embedding != field.Embedding {
				return nil
			}
			f = there.Form
			continue
		}
		wanted := &Form{}
		if !p.brackets(wanted, 0) || f.Kind != wanted.Kind || f.Len != wanted.Len || !f.Key.Equal(wanted.Key) {
			return nil
		}
		f = f.Elem
	}
	if f == nil || r.like[f] != "" {
		return nil
	}
	return f
}

// link returns f, or what it stands for, with all its parts linked.
func (r *lineReader) link(name string, f *Form, met map[*Form]bool) *Form {
	if f == nil {
		return nil
	}
	if r.like[f] != "" {
		f = r.at(name, f)
	}
	if met[f] {
		return f
	}
	met[f] = true
	f.sort()
	f.Elem = r.link(name, f.Elem, met)
	for i := range f.Fields {
		f.Fields[i].Form = r.link(name, f.Fields[i].Form, met)
	}
	return f
}
