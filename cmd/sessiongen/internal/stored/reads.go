package stored

import (
	"cmp"
	"fmt"
	"strings"
)

// A Mismatch is a part of a form that can't be read as the same part of another.
type Mismatch struct {
	Path string // to the part, from the variable, such as [].Price
	What string // is wrong with it, such as "it was stored as string and is int"

	// Narrow tells that some values can be read, as they are not too large.
	Narrow bool

	// Cut tells that it is read, without what is too long.
	Cut bool
}

// Reads returns what keeps values of the form was from being read as those of f,
// nil if nothing does. Both are of gob, or both of JSON.
//
// It goes by what encoding/gob and encoding/json do. A number can be read if the
// new kind holds all that the old one does: to read it by luck, as long as it is
// small, is not enough. The fields of a struct are matched by name, and one of
// those that were stored must be there, for else all is lost without an error.
func (f *Form) Reads(was *Form, json bool) *Mismatch {
	return (&comparison{json: json, met: map[pair]bool{}}).compare("", was, f)
}

// ReadBy returns what keeps the values of f from being read by builds whose form
// is old, nil if nothing does. It is for builds that run side by side, so it looks
// only at values that old has room for: where f has got wider, old builds can't
// read what they could not have stored.
func (f *Form) ReadBy(old *Form, json bool) *Mismatch {
	return (&comparison{json: json, roomy: true, met: map[pair]bool{}}).compare("", f, old)
}

// A comparison finds out whether what is written in one form can be read in
// another.
type comparison struct {
	json  bool
	isKey bool          // what is compared is the key of a map: those that differ must not become one
	roomy bool          // ranges of numbers don't matter, and that all fields are unknown neither
	met   map[pair]bool // those that are compared, or under way
}

// A pair is two forms, and whether they are those of keys.
type pair struct {
	from, to *Form
	isKey    bool
}

func (c *comparison) compare(path string, from, to *Form) *Mismatch {
	p := pair{from, to, c.isKey}
	if c.met[p] {
		return nil
	}
	c.met[p] = true
	if c.json && to.isAny() {
		return c.anyReads(path, from, to)
	}
	switch {
	case from.Kind == to.Kind && to.Kind == Leaf:
		if !c.readsLeaf(from.Name, to.Name) {
			return c.mismatch(path, from, to)
		}
		return nil
	case from.Kind == to.Kind && to.Kind == Struct:
		return c.fields(path, from, to)
	case c.json && from.Kind == Struct && to.Kind == Map && to.Key.Name == "string":
		return c.entries(path, from, to)
	case from.Kind == to.Kind && to.Kind == Map:
		keys := *c
		keys.isKey = true
		if m := keys.compare(path+"[key]", from.Key, to.Key); m != nil {
			return m
		}
	case from.Kind == to.Kind && to.Kind == Slice:
	case from.Kind == to.Kind && to.Kind == Array && (from.Len == to.Len || c.json && from.Len < to.Len):
	case c.json && from.Kind == Array && to.Kind == Slice:
	default:
		return c.mismatch(path, from, to)
	}
	return c.compare(path+"[]", from.Elem, to.Elem)
}

func (f *Form) isAny() bool { return f.Kind == Leaf && f.Name == "any" }

// anyReads returns what of a form does not come back from JSON as it was if it is
// read into any: numbers are float64 there, and texts remain what they are.
func (c *comparison) anyReads(path string, from, to *Form) *Mismatch {
	switch from.Kind {
	case Leaf:
		n, isNumber := rangeOf(from.Name)
		if from.isAny() || from.Name == "string" || from.Name == "bool" || isNumber && (c.roomy || ranges["float64"].holds(n)) {
			return nil
		}
		return c.mismatch(path, from, to)
	case Struct:
		return c.entries(path, from, &Form{Elem: to})
	}
	return c.compare(path+"[]", from.Elem, to)
}

// entries compares the fields of a struct, which JSON stores as entries of a map,
// with the elements of one.
func (c *comparison) entries(path string, from, to *Form) *Mismatch {
	for _, f := range from.Fields {
		if m := c.compare(path+"."+f.Name, f.Form, to.Elem); m != nil {
			return m
		}
	}
	return nil
}

// mismatch says what the part was for older builds and what it is now.
func (c *comparison) mismatch(path string, from, to *Form) *Mismatch {
	cut := c.json && to.Kind == Array && (from.Kind == Array || from.Kind == Slice)
	if c.roomy {
		from, to = to, from
	}
	was, is := from.short(), to.short()
	what := fmt.Sprintf("it was stored as %s and is %s", was, is)
	if was == is {
		what = fmt.Sprintf("it was stored as %s and is %s", from, to)
	}
	a, aok := rangeOf(from.Name)
	b, bok := rangeOf(to.Name)
	narrow := true
	switch {
	case c.roomy:
		narrow = false
	case aok && bok && a.class == b.class && !b.holds(a), c.json && aok && to.isAny():
		what += ", which does not hold all of its values"
	case cut:
		what += ", which cuts what is longer"
	default:
		narrow = false
	}
	if method, _, own := strings.Cut(from.Name, "("); own && method != "quoted" && strings.HasPrefix(to.Name, method+"(") {
		what += ", which need not read what the other has written"
	}
	return &Mismatch{path, what, narrow, cut}
}

// short returns the form without what is in a struct, nor far inside.
func (f *Form) short() string {
	text := ""
	for range 5 {
		switch f.Kind {
		case Leaf:
			return text + f.Name
		case Struct:
			return text + "struct"
		}
		text += f.words()
		f = f.Elem
	}
	return text + "..."
}

// fields compares the fields of two structs.
func (c *comparison) fields(path string, from, to *Form) *Mismatch {
	read := map[*Field]*Field{}
	for i := range from.Fields {
		sent := &from.Fields[i]
		at := path + "." + sent.Name
		local, outer := c.find(to, sent.Name)
		switch {
		case local == nil && c.isKey:
			return &Mismatch{Path: at, What: "it is no part of the key any more, and entries that differ in it alone become one"}
		case local == nil:
			continue
		case outer != nil && outer.Embedding == EmbeddedPointer:
			return &Mismatch{Path: at, What: "it has moved into an embedded pointer, which is nil when it is read"}
		case outer != nil && from.field(outer.Name) != nil: // whichever comes later replaces the other
			return &Mismatch{Path: at, What: fmt.Sprintf("it has moved into the embedded %s, which is stored, too, and one of them replaces the other", outer.Name)}
		}
		if other := read[local]; other != nil {
			return &Mismatch{Path: at, What: fmt.Sprintf("%s is stored under the same name but for small and capital letters", other.Name)}
		}
		read[local] = sent
		if m := c.compare(at, sent.Form, local.Form); m != nil {
			return m
		}
	}
	if len(read) > 0 || len(from.Fields) == 0 || c.roomy && len(to.Fields) == 0 {
		return nil
	}
	names := func(f *Form) string {
		var list []string
		for _, field := range f.Fields {
			list = append(list, field.Name)
		}
		return cmp.Or(strings.Join(list, ", "), "none")
	}
	if c.roomy {
		from, to = to, from
	}
	return &Mismatch{Path: path, What: fmt.Sprintf("it has none of the fields that it had (%s; now %s)", names(from), names(to))}
}

// find returns the field of f that one of that name is read into, nil if there is
// none, and the embedded field that it is in, if it is in one: the one with a pointer,
// if there are several. JSON does not tell small from capital letters where no name
// is exactly the same, and gob finds fields of embedded structs.
func (c *comparison) find(f *Form, name string) (field, outer *Field) {
	if field = f.field(name); field != nil {
		return field, nil
	}
	if c.json {
		for i := range f.Fields {
			if strings.EqualFold(f.Fields[i].Name, name) {
				return &f.Fields[i], nil
			}
		}
		return nil, nil
	}
	return promoted(f, name)
}

// promoted returns the field of that name in the structs that are embedded in f,
// as the rules of Go have it: the one that is embedded the least deep, if that is
// just one.
func promoted(f *Form, name string) (field, outer *Field) {
	type embedded struct{ field, outer *Field }
	met := map[*Form]bool{f: true}
	for level := []embedded{{&Field{Form: f}, nil}}; len(level) > 0; {
		var next []embedded
		found := 0
		for _, e := range level {
			for i := range e.field.Form.Fields {
				inner := embedded{&e.field.Form.Fields[i], e.outer}
				if inner.field.Embedding == NotEmbedded || inner.field.Form.Kind != Struct || met[inner.field.Form] {
					continue
				}
				if e.outer == nil || inner.field.Embedding == EmbeddedPointer {
					inner.outer = inner.field
				}
				if there := inner.field.Form.field(name); there != nil {
					field, outer = there, inner.outer
					found++
				}
				next = append(next, inner)
			}
		}
		if found == 1 {
			return field, outer
		}
		if found > 1 {
			return nil, nil
		}
		for _, e := range next {
			met[e.field.Form] = true
		}
		level = next
	}
	return nil, nil
}
