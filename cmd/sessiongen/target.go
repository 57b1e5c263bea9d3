package main

import (
	"path/filepath"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// A target is a struct type to generate for.
type target struct {
	schema.Source
	names  schema.Names
	output string // absolute name of the file, - for standard output
}

func newTarget(source schema.Source, i invocation.Invocation) (target, error) {
	var errs diagnostic.List
	subject := source.Spec.Name.Name
	names, err := schema.NewNames(subject, i.Name)
	if err != nil {
		errs.Add(source.Pos(), subject, "%v", err)
		return target{}, errs
	}
	t := target{source, names, i.Output}
	switch t.output {
	case "-":
		return t, nil
	case "":
		t.output = names.File(source.File)
	}
	t.output = absolute(source.Package.Dir, t.output)
	if problem := t.misplaced(); problem != "" {
		errs.Add(source.Pos(), subject, "the output file can't be %s: %s; give another with -o", filepath.Base(t.output), problem)
	}
	return t, append(errs, t.excluded(i)...).Err()
}

// absolute returns the absolute name of a file that is named in a folder.
func absolute(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// misplaced says why the go command would not take the output for a part of
// the package that declares the type, or "".
func (t target) misplaced() string {
	name := filepath.Base(t.output)
	constraint := load.ConstraintInName(name)
	switch test := strings.HasSuffix(name, "_test.go"); {
	case filepath.Dir(t.output) != filepath.Clean(t.Package.Dir):
		return "it is in another folder than the package"
	case filepath.Ext(name) != ".go":
		return "its name does not end in .go"
	case name[0] == '_' || name[0] == '.':
		return "the go command ignores names that begin with _ or a dot"
	case test && !t.File.Test():
		return "it is a test file, and the type is not declared in one"
	case !test && t.File.Test():
		return "the type is declared in a test file, so its name must end in _test.go"
	case constraint != "" && constraint != load.ConstraintInName(t.File.Name):
		return "the go command builds a file of that name for " + constraint + " only"
	}
	return ""
}
