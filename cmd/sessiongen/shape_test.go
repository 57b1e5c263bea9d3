package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A shape is a type that is made up at random, so that a change of it can be made
// up as well.
type shape struct {
	kind    string // basic, slice, array, map, struct, or self for the type at the top
	name    string // of a basic type, or of one that marshals itself
	len     int
	key     *shape
	elem    *shape
	fields  []shapeField
	pointer bool
	named   bool
}

type shapeField struct {
	name     string // in Go
	json     string // tag
	embedded bool   // in a type of its own, which has the field's name
	*shape
}

// A shaper makes up shapes.
type shaper struct {
	*rand.Rand
	json     bool
	embedded int // counts the types that are embedded
}

var shapeNames = strings.Fields("A B C Name Zip ID")

func (s *shaper) shape(depth int) *shape {
	made := &shape{kind: "basic", pointer: s.IntN(6) == 0, named: s.IntN(5) == 0}
	n := s.IntN(12)
	if depth > 3 {
		n = 11
	}
	switch {
	case n < 4 || depth == 0 && n < 9:
		made.kind = "struct"
		s.fill(made, depth)
	case n < 5:
		made.kind, made.elem = "slice", s.shape(depth+1)
	case n < 6:
		made.kind, made.elem, made.len = "array", s.shape(depth+1), 1+s.IntN(2)
	case n < 7:
		made.kind, made.elem, made.key = "map", s.inMap(s.shape(depth+1)), s.key()
	case n < 8 && depth > 0:
		made.kind = "slice"
		made.elem = &shape{kind: "self", pointer: s.IntN(2) == 0}
	default:
		made.name = s.basic()
	}
	return made
}

// fill gives a struct some fields.
func (s *shaper) fill(made *shape, depth int) {
	made.fields = nil
	for _, i := range s.Perm(len(shapeNames))[:1+s.IntN(4)] {
		made.fields = append(made.fields, s.field(shapeNames[i], depth))
	}
}

func (s *shaper) field(name string, depth int) shapeField {
	f := shapeField{name: name, shape: s.shape(depth + 1)}
	switch {
	case f.kind == "struct" && s.IntN(3) == 0:
		f.embedded, f.named, f.name = true, true, s.embeddedName()
		// In JSON its fields stand beside those around it.
		for i := range f.fields {
			if s.json && !f.fields[i].embedded {
				f.fields[i].json = fmt.Sprint(strings.ToLower(f.name), "-", i)
			}
		}
	case s.json && s.IntN(4) == 0:
		f.json = one(s.Rand, []string{"x-" + name, strings.ToLower(name), strings.ToLower(name) + ",omitempty"})
	case s.json && f.isNumber() && s.IntN(4) == 0:
		f.json = ",string"
	}
	return f
}

// embeddedName returns a name that no other type has.
func (s *shaper) embeddedName() string {
	s.embedded++
	return fmt.Sprint("E", s.embedded)
}

func (s *shape) has(name string) bool {
	return slices.ContainsFunc(s.fields, func(f shapeField) bool { return f.name == name })
}

// inMap returns what can stand in a map, where values have no address.
func (s *shaper) inMap(made *shape) *shape {
	made.pointer = false
	return made
}

func (s *shaper) key() *shape {
	names := "string int8 int32 int64 uint8 uint64"
	if !s.json {
		names += " bool"
	}
	return &shape{kind: "basic", name: one(s.Rand, strings.Fields(names)), named: s.IntN(4) == 0}
}

func (s *shaper) basic() string {
	names := "bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 float32 float64 string []byte time.Time"
	if s.json {
		names += " any ByText ByJSON"
	} else {
		names += " complex64 complex128 ByGob ByBinary *big.Int"
	}
	return one(s.Rand, strings.Fields(names))
}

func (s *shape) isNumber() bool {
	return s.kind == "basic" && (strings.HasPrefix(s.name, "int") || strings.HasPrefix(s.name, "uint") || strings.HasPrefix(s.name, "float"))
}

// clone returns a copy that shares nothing.
func (s *shape) clone() *shape {
	if s == nil {
		return nil
	}
	c := *s
	c.key, c.elem, c.fields = s.key.clone(), s.elem.clone(), nil
	for _, f := range s.fields {
		f.shape = f.shape.clone()
		c.fields = append(c.fields, f)
	}
	return &c
}

// parts returns the shape and all shapes in it.
func (s *shape) parts() []*shape {
	list := []*shape{s}
	if s.elem != nil {
		list = append(list, s.elem.parts()...)
	}
	for _, f := range s.fields {
		list = append(list, f.parts()...)
	}
	return list
}

// change makes one change somewhere in a shape.
func (s *shaper) change(all *shape) {
	at := one(s.Rand, all.parts())
	switch {
	case at.kind == "struct" && len(at.fields) > 0 && s.IntN(3) > 0:
		s.changeFields(at)
	case at.isNumber() && s.IntN(4) > 0:
		group := one(s.Rand, []string{"int int8 int16 int32 int64", "uint uint8 uint16 uint32 uint64", "float32 float64"})
		at.name = one(s.Rand, strings.Fields(group))
	case s.IntN(3) == 0:
		at.named = !at.named || at.isEmbeddedIn(all)
	case s.IntN(3) == 0:
		at.pointer = !at.pointer && !at.isInMapOf(all)
	case at.kind == "array":
		at.len = 3 - at.len
	case at.kind == "slice" && at.elem.kind != "self":
		at.kind, at.key, at.elem = "map", s.key(), s.inMap(at.elem)
	case at.kind == "map":
		at.key = s.key()
	case at.kind != "self" && !at.isEmbeddedIn(all):
		made := s.shape(2)
		made.pointer = made.pointer && !at.isInMapOf(all)
		*at = *made
	}
}

func (s *shaper) changeFields(at *shape) {
	i := s.IntN(len(at.fields))
	switch s.IntN(4) {
	case 0:
		if name := one(s.Rand, shapeNames); !at.has(name) {
			at.fields = append(at.fields, s.field(name, 2))
		}
	case 1:
		at.fields = slices.Delete(at.fields, i, i+1)
	case 2:
		if name := one(s.Rand, shapeNames); !at.has(name) && !at.fields[i].embedded {
			at.fields[i].name = name
		}
	case 3: // into an embedded struct
		if f := at.fields[i]; !f.embedded {
			base := &shape{kind: "struct", named: true, pointer: s.IntN(3) == 0, fields: []shapeField{f}}
			at.fields[i] = shapeField{name: s.embeddedName(), embedded: true, shape: base}
		}
	}
}

func (s *shape) isEmbeddedIn(all *shape) bool {
	return slices.ContainsFunc(all.parts(), func(p *shape) bool {
		return slices.ContainsFunc(p.fields, func(f shapeField) bool { return f.embedded && f.shape == s })
	})
}

func (s *shape) isInMapOf(all *shape) bool {
	return slices.ContainsFunc(all.parts(), func(p *shape) bool { return p.kind == "map" && p.elem == s })
}

// A shapeWriter writes shapes as types of Go.
type shapeWriter struct {
	strings.Builder
	top   string
	named int
}

// declare writes the type at the top, and those in it that have names.
func (w *shapeWriter) declare(top string, s *shape) {
	w.top = top
	text := w.literal(s)
	fmt.Fprintf(w, "type %s %s\n", top, text)
}

func (w *shapeWriter) typ(s *shape) string {
	return w.called(s, "")
}

// called writes a type that has a name of its own, be it the given one.
func (w *shapeWriter) called(s *shape, name string) string {
	text := w.literal(s)
	if s.named && s.kind != "self" && !strings.HasPrefix(s.name, "By") && !strings.Contains(s.name, ".") && s.name != "any" {
		if name == "" {
			w.named++
			name = fmt.Sprint(w.top, "N", w.named)
		}
		fmt.Fprintf(w, "type %s %s\n", name, text)
		text = name
	}
	if s.pointer {
		return "*" + text
	}
	return text
}

func (w *shapeWriter) literal(s *shape) string {
	switch s.kind {
	case "self":
		return w.top
	case "slice":
		return "[]" + w.typ(s.elem)
	case "array":
		return fmt.Sprintf("[%d]%s", s.len, w.typ(s.elem))
	case "map":
		return "map[" + w.typ(s.key) + "]" + w.typ(s.elem)
	case "struct":
		var fields strings.Builder
		for _, f := range s.fields {
			text := ""
			if f.embedded {
				text = w.called(f.shape, f.name)
			} else {
				text = f.name + " " + w.typ(f.shape)
			}
			if f.json != "" {
				text += fmt.Sprintf(" `json:%q`", f.json)
			}
			fields.WriteString("\t" + text + "\n")
		}
		return "struct {\n" + fields.String() + "}"
	}
	return strings.Replace(s.name, "By", "own.By", 1)
}
