package schemafile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// renamed returns a problem if a variable that is new could be what is not declared
// any more, by another name or as a part of something else.
func (k *check) renamed(earlier File, d Declared) []Problem {
	var same, whole, parts []string
	for _, old := range earlier.Variables {
		if old.Now == nil || k.declares(old.Name) {
			continue
		}
		switch {
		case old.Now.JSON == d.JSON && d.Form.Reads(old.Now.Form, d.JSON) == nil:
			same = append(same, old.Name)
		case holds(*old.Now, d.Name, d.Record):
			whole = append(whole, old.Name)
		case holds(d.Record, old.Name, *old.Now):
			parts = append(parts, old.Name)
		}
	}
	accepted := func(name string) bool { return k.accepts(name, *earlier.now(name)) }
	if len(parts) < len(d.Form.Fields) {
		parts = nil
	}
	same, whole, parts = slices.DeleteFunc(same, accepted), slices.DeleteFunc(whole, accepted), slices.DeleteFunc(parts, accepted)
	const or = " or "
	switch p := (Problem{Name: d.Name}); {
	case len(same) > 0:
		var tags []string
		for _, name := range same {
			tags = append(tags, d.besides(*earlier.now(name)).tag(name))
		}
		p.What = fmt.Sprintf("it is new and can hold what was in %s, which is not declared any more: if the field was only renamed, visitors lose what is stored as %[1]s",
			strings.Join(same, or))
		p.Do = fmt.Sprintf("keep the old name with %s, or, if this is another variable, let the old one go with %s",
			strings.Join(tags, or), k.accept(same...))
		return []Problem{p}
	case len(whole) > 0:
		p.What = fmt.Sprintf("it is new and was a part of %s, which is not declared any more: visitors lose what is stored as %[1]s", whole[0])
		p.Do = fmt.Sprintf("store the embedded struct as one value, as before, with %s, or let it go with %s",
			Declared{Record: *earlier.now(whole[0])}.tag(whole[0]), k.accept(whole[0]))
		return []Problem{p}
	case len(parts) > 0:
		p.What = fmt.Sprintf("it is new, and its parts were variables, %s, which are not declared any more: visitors lose what is stored as these", strings.Join(parts, ", "))
		p.Do = fmt.Sprintf("embed the struct without a tag, as before, or let them go with %s", k.accept(parts...))
		return []Problem{p}
	}
	return nil
}

// holds tells whether a struct has a field that would be the variable of that name
// if the struct was flattened.
func holds(whole Record, name string, part Record) bool {
	return slices.ContainsFunc(whole.Form.Fields, func(f stored.Field) bool { return tag.Snake(f.Name) == name && f.Form.Equal(part.Form) })
}

func (c Change) declares(name string) bool {
	return slices.ContainsFunc(c.Declared, func(d Declared) bool { return d.Name == name })
}
