package main

import (
	"go/ast"
	"io"
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
		outputs := outputsOf(t.Program, file, file.Lookup)
		if spec := file.Type(i.Type); spec != nil && !slices.ContainsFunc(outputs, func(o typeOutput) bool { return o.name == i.Type }) {
			outputs = appendOutput(outputs, spec, file, i)
		}
		for _, o := range outputs {
			if !strings.EqualFold(absolute(t.Package.Dir, o.file), t.output) {
				continue
			}
			errs.Add(t.Pos(), t.Spec.Name.Name, "its output file %s is the one of %s in %s too, which this build excludes; give each a directive of its own, with another -o",
				filepath.Base(t.output), o.name, filepath.Base(file.Name))
		}
	}
	return errs
}

// A typeOutput is the name of the output file for a type.
type typeOutput struct{ name, file string }

func appendOutput(outputs []typeOutput, spec *ast.TypeSpec, file *load.File, i invocation.Invocation) []typeOutput {
	output := i.Output
	if output == "" {
		names, err := schema.NewNames(spec.Name.Name, i.Name)
		if err != nil {
			return outputs
		}
		output = names.File(file)
	}
	return append(outputs, typeOutput{spec.Name.Name, output})
}

// outputsOf returns the output files that the directives of a file make in its
// folder. What type a directive means that names one, find tells.
func outputsOf(program *load.Program, file *load.File, find func(name string) (*ast.TypeSpec, *load.File)) []typeOutput {
	var outputs []typeOutput
	directives := directive.Scan(program.Fset, file.Syntax, func(name string) string { return lookup(program.Env(), name) })
	for _, d := range directives {
		i, err := invocation.Parse(d.Args, io.Discard)
		if _, at := runFrom(d); err != nil || at.file == "" || len(i.Packages) > 0 {
			continue // wrong, or for another folder
		}
		spec, in := find(i.Type)
		if i.Type == "" {
			spec, _ = choose(file.Types(program.Fset), directives, d.Pos.Line)
			in = file
		}
		if spec != nil {
			outputs = appendOutput(outputs, spec, in, i)
		}
	}
	return outputs
}

// lookupIn returns what finds a type in a file, or else in one of the packages.
func lookupIn(file *load.File, pkgs []*load.Package) func(name string) (*ast.TypeSpec, *load.File) {
	return func(name string) (*ast.TypeSpec, *load.File) {
		if spec, in := file.Lookup(name); spec != nil {
			return spec, in
		}
		for _, pkg := range pkgs {
			if spec, in := pkg.Lookup(name); spec != nil {
				return spec, in
			}
		}
		return nil, nil
	}
}
