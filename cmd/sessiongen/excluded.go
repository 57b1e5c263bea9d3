package main

import (
	"go/ast"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/directive"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// excluded reports a type in a file that the build constraints exclude, and for
// which the target's output file is written where they don't: each would replace
// the output for the other.
func (t target) excluded(i invocation.Invocation) diagnostic.List {
	var errs diagnostic.List
	for _, file := range t.Program.Excluded(t.Package) {
		outputs := outputsOf(t.Program, file, i)
		for _, name := range slices.Sorted(maps.Keys(outputs)) {
			if !strings.EqualFold(absolute(t.Package.Dir, outputs[name]), t.output) {
				continue
			}
			errs.Add(t.Pos(), t.Spec.Name.Name, "its output file %s is the one of %s in %s too, which this build excludes; give each a directive of its own, with another -o",
				filepath.Base(t.output), name, filepath.Base(file.Name))
		}
	}
	return errs
}

// outputsOf returns the names of the output files for the types that a file
// declares, by name of the type: those that its directives are for, and the one
// that an invocation names.
func outputsOf(program *load.Program, file *load.File, i invocation.Invocation) map[string]string {
	outputs := map[string]string{}
	add := func(spec *ast.TypeSpec, i invocation.Invocation) {
		if names, err := schema.NewNames(spec.Name.Name, i.Name); err == nil {
			outputs[spec.Name.Name] = i.Output
			if i.Output == "" {
				outputs[spec.Name.Name] = names.File(file)
			}
		}
	}
	if spec := file.Type(i.Type); spec != nil {
		add(spec, i)
	}
	directives := directive.Scan(program.Fset, file.Syntax, func(name string) string { return lookup(program.Env(), name) })
	for _, d := range directives {
		i, err := invocation.Parse(d.Args, io.Discard)
		if _, at := runFrom(d); err != nil || at.file == "" || len(i.Packages) > 0 {
			continue // wrong, or for another folder
		}
		spec := file.Type(i.Type)
		if i.Type == "" {
			spec, _ = choose(file.Structs(program.Fset), directives, d.Pos.Line)
		}
		if spec != nil {
			add(spec, i)
		}
	}
	return outputs
}
