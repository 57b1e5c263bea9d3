package main

import (
	"bytes"
	"errors"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/emit"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// An output is a file to be written.
type output struct {
	name string // absolute, - for standard output
	data []byte
	old  []byte // what the file holds, nil if there is none

	notes diagnostic.List
}

// upToDate tells whether the file is as it should be. The line ends of Windows
// are no difference.
func (o output) upToDate() bool { return o.old != nil && bytes.Equal(load.Plain(o.old), o.data) }

// generate returns the output for all targets, which type-checks, and their schema
// files.
func generate(targets []target, i invocation.Invocation) ([]output, error) {
	targets = distinct(targets)
	errs := clashes(targets)
	if err := check(targets); err != nil {
		return nil, append(errs, diagnostic.Of(token.Position{}, err)...)
	}
	outputs := make([]output, len(targets))
	sessions := make([]schema.Session, len(targets))
	failures := make([]error, len(targets))
	var group sync.WaitGroup
	for i, t := range targets {
		group.Go(func() { outputs[i], sessions[i], failures[i] = t.generate() })
	}
	group.Wait()
	for i, err := range failures {
		if err != nil {
			errs = append(errs, diagnostic.Of(targets[i].Pos(), err)...)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	files, err := schemaFiles(targets, sessions, i)
	if err := diagnostic.Join(verify(targets, outputs), err); err != nil {
		return nil, err
	}
	return append(outputs, files...), nil
}

// check type-checks the packages of the targets.
func check(targets []target) error {
	packages := map[*load.Program][]*load.Package{}
	seen := map[*load.Package]bool{}
	for _, t := range targets {
		if !seen[t.Package] {
			seen[t.Package] = true
			packages[t.Program] = append(packages[t.Program], t.Package)
		}
	}
	var errs diagnostic.List
	for program, list := range packages {
		errs = append(errs, diagnostic.Of(token.Position{}, program.Check(list))...)
	}
	return errs.Err()
}

func (t target) generate() (o output, s schema.Session, err error) {
	o.name = t.output
	if s, err = schema.Build(t.Source, t.names); err != nil {
		return o, s, err
	}
	o.notes = s.Notes
	draft, err := emit.Draft(s)
	if err != nil {
		return o, s, err
	}
	var unread error
	if o.name != "-" {
		o.old, unread = t.Program.Read(o.name)
	}
	// What is written is formatted, so what equals it needs no formatting.
	if o.data = draft; !o.upToDate() {
		if o.data, err = emit.Format(draft); err != nil || o.name == "-" {
			return o, s, err
		}
	}
	if errors.Is(unread, fs.ErrNotExist) {
		return o, s, nil
	}
	if unread != nil {
		return o, s, unread
	}
	if !load.Generated(o.old) {
		var errs diagnostic.List
		errs.Add(t.Pos(), t.Spec.Name.Name, "the output file %s exists and was not written by sessiongen; remove it, or give another with -o", filepath.Base(o.name))
		return o, s, errs
	}
	return o, s, nil
}

// distinct removes targets that are the same as one before.
func distinct(targets []target) []target {
	type key struct{ output, pos string }
	seen := map[key]bool{}
	var list []target
	for _, t := range targets {
		k := key{t.output + " " + t.names.Accessor, t.Pos().String()}
		if !seen[k] {
			seen[k] = true
			list = append(list, t)
		}
	}
	return list
}

// clashes reports targets with one output file, or with one name. File systems
// may not tell capitals from small letters, so the go command insists that
// names differ by more.
func clashes(targets []target) diagnostic.List {
	var errs diagnostic.List
	for i, t := range targets {
		for _, other := range targets[:i] {
			subject, by := t.Spec.Name.Name, other.Spec.Name.Name
			if t.output != "-" && strings.EqualFold(t.output, other.output) {
				errs.Add(t.Pos(), subject, "its output file %s is the one of %s too; choose another with -o", filepath.Base(t.output), by)
			} else if file := t.schemaFile(); file != "" && strings.EqualFold(file, other.schemaFile()) {
				errs.Add(t.Pos(), subject, "its schema file %s is the one of %s too; choose another output with -o", filepath.Base(file), by)
			} else if name := t.names.Clash(other.names); name != "" && t.Package.Path == other.Package.Path {
				errs.Add(t.Pos(), subject, "the generated name %s is one of those for %s too; choose others with -name", name, by)
			}
		}
	}
	return errs
}

// verify type-checks the output in its packages, but for those where all of it
// is up to date: it was checked when it was written.
func verify(targets []target, outputs []output) error {
	files := map[*load.Package]map[string][]byte{}
	owners := map[string]target{}
	changed := map[*load.Package]bool{}
	for i, t := range targets {
		if files[t.Package] == nil {
			files[t.Package] = map[string][]byte{}
		}
		files[t.Package][t.file()] = outputs[i].data
		owners[t.file()] = t
		changed[t.Package] = changed[t.Package] || !outputs[i].upToDate()
	}
	var errs diagnostic.List
	for _, t := range targets {
		if !changed[t.Package] {
			continue
		}
		changed[t.Package] = false
		found, err := t.Program.CheckOutput(t.Package, files[t.Package])
		if err != nil {
			return err
		}
		for _, e := range found {
			owner := owners[e.Fset.PositionFor(e.Pos, false).Filename]
			errs.Add(owner.Pos(), owner.Spec.Name.Name, "the generated code does not compile: %s; %s", e.Msg, remedy(e.Msg))
		}
	}
	return errs.Err()
}

// file returns the name of the file that the output is for.
func (t target) file() string {
	if t.output == "-" {
		return filepath.Join(t.Package.Dir, t.names.File(t.File))
	}
	return t.output
}

// remedy returns what to do about output that does not compile.
func remedy(message string) string {
	if strings.Contains(message, emit.Runtime) {
		return "add the module with go get -tool github.com/sessiongen/sessiongen/cmd/sessiongen"
	}
	return "rename what clashes with it, or use the same version of sessiongen for the command and for go.mod"
}
