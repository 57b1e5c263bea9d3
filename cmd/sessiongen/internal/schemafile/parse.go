package schemafile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// Generated tells whether a file is one that sessiongen has written, so that it
// may be overwritten, or empty.
func Generated(data []byte) bool {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	return len(bytes.TrimSpace(data)) == 0 || string(bytes.TrimSuffix(first, []byte("\r"))) == Header
}

// An Error is a line that sessiongen has not written so: after a merge, most of
// all.
type Error struct {
	Line     int // from 1 on
	What     string
	Conflict bool // git has left a mark in the file
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

// A line is one of a file, without what it begins with: the name of a variable.
type line struct {
	number int
	path   string // with the name
	text   string
}

// Parse reads a file. The order of the lines does not matter, but for the first
// of each variable. An error is an [*Error].
func Parse(data []byte) (File, error) {
	var f File
	now := map[string][]line{}
	places := map[string]int{}  // of the variables
	numbers := map[string]int{} // of the first line of each
	for i, text := range strings.Split(string(data), "\n") {
		text = strings.TrimSuffix(text, "\r")
		if text == "" || text[0] == '#' {
			continue
		}
		if isMark(text) {
			return f, &Error{i + 1, "this is a conflict mark of git", true}
		}
		if name, ok := strings.CutPrefix(text, nameLine); ok {
			if f.Name != "" && f.Name != name {
				return f, &Error{i + 1, fmt.Sprintf("%q: another line has another name", text), false}
			}
			f.Name = name
			continue
		}
		l := line{number: i + 1}
		l.path, l.text = stored.CutPath(text)
		name := nameOf(l.path)
		if name == "" {
			return f, &Error{i + 1, fmt.Sprintf("%q names no variable", text), false}
		}
		if _, ok := places[name]; !ok {
			places[name], numbers[name] = len(f.Variables), i+1
			f.Variables = append(f.Variables, Variable{Name: name})
		}
		if past, ok, err := parsePast(l); err != nil {
			return f, &Error{i + 1, fmt.Sprintf("%q: %v", text, err), false}
		} else if ok {
			v := &f.Variables[places[name]]
			v.Past = append(v.Past, past)
			continue
		}
		now[name] = append(now[name], l)
	}
	for i := range f.Variables {
		v := &f.Variables[i]
		if err := v.complete(now[v.Name]); err != nil {
			return f, err
		}
		if v.Now == nil && !v.removed() {
			return f, &Error{numbers[v.Name], fmt.Sprintf("it says how %s was stored, and no line says how it is, or that it is removed", v.Name), false}
		}
	}
	slices.SortFunc(f.Variables, func(v, w Variable) int { return strings.Compare(v.Name, w.Name) })
	return f, nil
}

func isMark(text string) bool {
	return slices.ContainsFunc([]string{"<<<<<<<", "=======", ">>>>>>>", "|||||||"}, func(mark string) bool { return strings.HasPrefix(text, mark) })
}

// nameOf returns the name of the variable that a path begins with, "" if there is
// none.
func nameOf(path string) string {
	end := strings.IndexFunc(path, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' })
	if end < 0 {
		return path
	}
	if path[end] != '.' && path[end] != '[' {
		return ""
	}
	return path[:end]
}

// parsePast parses a line that says how its variable was stored before. It is not
// ok if it is none.
func parsePast(l line) (p Past, ok bool, err error) {
	verb, text, _ := strings.Cut(l.text, " ")
	if verb != "was" && verb != "removed" {
		return p, false, nil
	}
	p.Removed = verb == "removed"
	text, p.JSON = strings.CutPrefix(text, "json ")
	if p.Form, text, err = stored.Parse(text); err != nil {
		return p, false, err
	}
	if text == "accepted" || strings.HasSuffix(text, " accepted") {
		p.Accepted = true
		text = strings.TrimSuffix(strings.TrimSuffix(text, "accepted"), " ")
	}
	if err := p.options(text); err != nil {
		return p, false, err
	}
	return p, l.path == nameOf(l.path), nil
}

// complete adds to a variable how it is stored, by the lines that say so.
func (v *Variable) complete(lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	first := slices.IndexFunc(lines, func(l line) bool { return l.path == v.Name })
	if first < 0 {
		return &Error{lines[0].number, fmt.Sprintf("%s is stored, and no line says that %s is", lines[0].path, v.Name), false}
	}
	lines[0], lines[first] = lines[first], lines[0]
	if v.removed() {
		return &Error{lines[0].number, fmt.Sprintf("%s is stored, and another line says that it is removed", v.Name), false}
	}
	var r Record
	lines[0].text, r.JSON = strings.CutPrefix(lines[0].text, "json ")
	var forms []stored.Line
	for _, l := range lines {
		forms = append(forms, stored.Line{Path: l.path, Text: l.text})
	}
	form, rest, i, err := stored.FromLines(v.Name, forms)
	if err != nil {
		return &Error{lines[i].number, fmt.Sprintf("%q: %v", lines[i].path+" "+lines[i].text, err), false}
	}
	if err := r.options(rest); err != nil {
		return &Error{lines[0].number, err.Error(), false}
	}
	r.Form = form
	v.Now = &r
	return nil
}

// removed tells whether a line says that the variable is not declared any more.
func (v *Variable) removed() bool {
	return slices.ContainsFunc(v.Past, func(p Past) bool { return p.Removed })
}

// options reads what follows a form.
func (r *Record) options(text string) error {
	for _, word := range strings.Fields(text) {
		ttl, hasTTL := strings.CutPrefix(word, "ttl=")
		switch {
		case word == "lazy":
			r.Lazy = true
		case word == "evictable":
			r.Evictable = true
		case hasTTL:
			d, err := time.ParseDuration(ttl)
			if err != nil || d <= 0 {
				return fmt.Errorf("%q is no duration", ttl)
			}
			r.TTL, r.Evictable = d, true
		default:
			return errors.New("there is something behind what is stored")
		}
	}
	return nil
}
