package schemafile

import (
	"maps"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// A Change is what a run does to a file, beside what the declaration says.
type Change struct {
	Name     string // of the sessions, and of their accessor
	Accessor string
	Declared []Declared
	Accept   []string // names of variables whose loss is accepted
	Forget   []string // names whose past is over

	// Against is the file of a revision, nil if there is none to compare with.
	Against  *File
	Revision string

	// Check tells that the file is only looked at.
	Check bool
}

// Next returns the file as it is to be, and what is wrong with the change. What
// the problems say is accepted where the file or the change says so.
func (f File) Next(c Change) (File, []Problem) {
	f = f.without(c.Forget)
	if c.Against != nil {
		against := c.Against.without(c.Forget)
		c.Against = &against
	}
	k := check{Change: c, mine: f}
	problems := slices.Concat(k.ofName(f, true), k.problems(f, true))
	if c.Against != nil {
		for _, p := range slices.Concat(k.ofName(*c.Against, false), k.problems(*c.Against, false)) {
			if !slices.ContainsFunc(problems, func(other Problem) bool { return p.Name == other.Name && p.What == other.What }) {
				problems = append(problems, p)
			}
		}
	}
	next := File{Name: c.Name}
	for _, d := range c.Declared {
		next.Variables = append(next.Variables, Variable{Name: d.Name, Now: &d.Record})
	}
	next.keep(f, true)
	if c.Against != nil {
		next.keep(*c.Against, !c.Check || c.changes(*c.Against))
	}
	for _, a := range k.answered {
		v := next.of(a.name)
		v.add(Past{Record: a.was, Removed: v.Now == nil, Accepted: true})
	}
	next.tidy()
	return next, problems
}

// without returns the file without the past of the variables of these names.
func (f File) without(names []string) File {
	f.Variables = slices.Clone(f.Variables)
	for i := range f.Variables {
		if slices.Contains(names, f.Variables[i].Name) {
			f.Variables[i].Past = nil
		}
	}
	return f
}

// changes tells whether the declaration is another one than that of the file.
func (c Change) changes(f File) bool {
	for _, v := range f.Variables {
		if v.Now != nil && !c.declares(v.Name) {
			return true
		}
	}
	return slices.ContainsFunc(c.Declared, func(d Declared) bool {
		was := f.now(d.Name)
		return was == nil || !was.same(d.Record)
	})
}

// keep adds how variables are stored by an earlier file, and with its past how they
// were before.
//
// A past that a revision has and this tree has not was forgotten, or lost when the
// file was written anew. What is forgotten in a change of its own is believed, where
// the file is only looked at.
func (f *File) keep(earlier File, past bool) {
	for _, old := range earlier.Variables {
		v := f.of(old.Name)
		if past {
			for _, p := range old.Past {
				v.add(p)
			}
		}
		if old.Now != nil {
			v.add(Past{Record: *old.Now, Removed: v.Now == nil})
		}
	}
}

// tidy puts in order what was added.
func (f *File) tidy() {
	for i := range f.Variables {
		v := &f.Variables[i]
		v.Past = slices.DeleteFunc(v.Past, func(p Past) bool { return v.Now != nil && v.Now.same(p.Record) })
		for j := range v.Past {
			v.Past[j].Removed = v.Past[j].Removed && v.Now == nil
		}
	}
	f.Variables = slices.DeleteFunc(f.Variables, func(v Variable) bool { return v.Now == nil && len(v.Past) == 0 })
	slices.SortFunc(f.Variables, func(v, w Variable) int { return strings.Compare(v.Name, w.Name) })
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
	i := slices.IndexFunc(v.Past, func(p Past) bool { return p.same(past.Record) })
	if i < 0 {
		v.Past = append(v.Past, past)
		return
	}
	v.Past[i].Accepted = v.Past[i].Accepted || past.Accepted
}

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
