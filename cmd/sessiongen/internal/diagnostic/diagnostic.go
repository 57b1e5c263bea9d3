// Package diagnostic holds what the command has to say about its input.
package diagnostic

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Diagnostic says what is wrong at a place, and what to do about it. A note says
// what may be meant.
type Diagnostic struct {
	Pos     token.Position // its file name is absolute; the zero value if there is no place
	Subject string         // such as "SessionFields.Token", or empty
	Text    string         // "what is wrong; what to do"
	Note    bool
}

// A List is an error made of diagnostics.
type List []Diagnostic

// Add appends a diagnostic.
func (l *List) Add(pos token.Position, subject, format string, args ...any) {
	*l = append(*l, Diagnostic{Pos: pos, Subject: subject, Text: fmt.Sprintf(format, args...)})
}

// Note appends a note.
func (l *List) Note(pos token.Position, subject, format string, args ...any) {
	*l = append(*l, Diagnostic{Pos: pos, Subject: subject, Text: fmt.Sprintf(format, args...), Note: true})
}

// Err returns the list as an error, nil if it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Of returns an error as diagnostics, at pos if it has no place itself.
func Of(pos token.Position, err error) List {
	var list List
	if err == nil || errors.As(err, &list) {
		return list
	}
	list.Add(pos, "", "%v", err)
	return list
}

// Join returns the diagnostics of two errors, nil if there are none.
func Join(a, b error) error {
	return append(Of(token.Position{}, a), Of(token.Position{}, b)...).Err()
}

func (l List) Error() string { return strings.Join(l.Lines(""), "\n") }

// Lines returns a line for each diagnostic, each but once, in the order of their
// places and then of what they say. Files below dir are named relative to it.
func (l List) Lines(dir string) []string {
	return l.each(func(d Diagnostic) string { return d.line(dir) })
}

// each returns what form makes of each diagnostic, without what comes twice. The
// order depends on nothing but what there is in the list.
func (l List) each(form func(Diagnostic) string) []string {
	sorted := slices.SortedFunc(slices.Values(l), func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.Filename, b.Pos.Filename),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Subject, b.Subject),
			cmp.Compare(a.Text, b.Text),
			cmp.Compare(a.level(), b.level()),
		)
	})
	var lines []string
	for _, d := range sorted {
		lines = append(lines, form(d))
	}
	return slices.Compact(lines)
}

func (d Diagnostic) line(dir string) string {
	message := d.Text
	if d.Note {
		message = "note: " + message
	}
	message = d.about(message)
	if !d.Pos.IsValid() {
		return message
	}
	pos := d.Pos
	pos.Filename = Relative(dir, pos.Filename)
	return pos.String() + ": " + message
}

// level returns how bad it is, as GitHub Actions calls it.
func (d Diagnostic) level() string {
	if d.Note {
		return "notice"
	}
	return "error"
}

// about returns what there is to say beside the place, which is about the subject.
func (d Diagnostic) about(text string) string {
	if d.Subject != "" {
		text = d.Subject + ": " + text
	}
	if !d.Pos.IsValid() {
		return "sessiongen: " + text
	}
	return text
}

// Relative returns file relative to dir if it is below it, else file.
func Relative(dir, file string) string {
	rel, err := filepath.Rel(dir, file)
	if dir == "" || err != nil || !filepath.IsLocal(rel) {
		return file
	}
	return rel
}
