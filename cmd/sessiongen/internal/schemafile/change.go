package schemafile

import (
	"maps"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// A Change is what a run does to a file, beside what the declaration says.
type Change struct {
	Declared []Declared
	Accept   []string // names of variables whose loss is accepted
	Forget   []string // names whose past is over

	// Against is an earlier version of the file, nil if there is none to compare
	// with.
	Against *File
}

// Next returns the file as it is to be, and what is wrong with the change. What
// the problems say is accepted where the file or the change says so.
func (f File) Next(c Change) (File, []Problem) {
	f.Variables = slices.Clone(f.Variables)
	for _, name := range c.Forget {
		if v := f.variable(name); v != nil {
			v.Past = nil
		}
	}
	problems := f.problems(c, f, true)
	if c.Against != nil {
		for _, p := range c.Against.problems(c, f, false) {
			if !slices.Contains(problems, p) {
				problems = append(problems, p)
			}
		}
	}
	var next File
	for _, d := range c.Declared {
		next.Variables = append(next.Variables, Variable{Name: d.Name, Now: &d.Record})
	}
	for _, old := range f.Variables {
		v := next.of(old.Name)
		v.Past = slices.Clone(old.Past)
		for i := range v.Past {
			p := &v.Past[i]
			p.Removed = p.Removed && v.Now == nil
			p.Accepted = p.Accepted || c.accepts(old.Name) && v.Now != nil && loss(p.Record, *v.Now) != ""
		}
	}
	next.outdate(f, c)
	if c.Against != nil {
		next.outdate(*c.Against, c)
	}
	next.Variables = slices.DeleteFunc(next.Variables, func(v Variable) bool { return v.Now == nil && len(v.Past) == 0 })
	slices.SortFunc(next.Variables, func(v, w Variable) int { return strings.Compare(v.Name, w.Name) })
	return next, problems
}

// outdate adds how variables are stored by the earlier file, where they are stored
// otherwise by now or not at all.
func (f *File) outdate(earlier File, c Change) {
	for _, old := range earlier.Variables {
		v := f.of(old.Name)
		if old.Now != nil && (v.Now == nil || !v.Now.same(*old.Now)) {
			v.add(Past{*old.Now, v.Now == nil, c.accepts(old.Name)})
		}
		v.Past = slices.DeleteFunc(v.Past, func(p Past) bool { return v.Now != nil && v.Now.same(p.Record) })
	}
}

// of returns the variable of that name, which is added if it is not there.
func (f *File) of(name string) *Variable {
	if v := f.variable(name); v != nil {
		return v
	}
	f.Variables = append(f.Variables, Variable{Name: name})
	return &f.Variables[len(f.Variables)-1]
}

// add adds what is not there yet.
func (v *Variable) add(past Past) {
	if !slices.ContainsFunc(v.Past, func(p Past) bool { return p.same(past.Record) }) {
		v.Past = append(v.Past, past)
	}
}

func (c Change) accepts(name string) bool { return slices.Contains(c.Accept, name) }

// HasPast tells whether there is something of that variable to forget.
func (f File) HasPast(name string) bool {
	v := f.variable(name)
	return v != nil && len(v.Past) > 0
}

// HasAccepted tells whether a loss of that variable is accepted.
func (f File) HasAccepted(name string) bool {
	v := f.variable(name)
	return v != nil && slices.ContainsFunc(v.Past, func(p Past) bool { return p.Accepted })
}

// Differing returns the names of the variables of which the text of a file, be it
// as broken as it may, says something else than f.
func (f File) Differing(data []byte) []string {
	said := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		path, text := stored.CutPath(strings.TrimRight(line, "\r\n"))
		verb, _, _ := strings.Cut(text, " ")
		if name := nameOf(path); name != "" && verb != "was" && verb != "removed" {
			said[name] = append(said[name], path+" "+text)
		}
	}
	var names []string
	for _, v := range f.Variables {
		if !slices.Equal(said[v.Name], v.lines()) {
			names = append(names, v.Name)
		}
		delete(said, v.Name)
	}
	names = slices.AppendSeq(names, maps.Keys(said))
	slices.Sort(names)
	return names
}
