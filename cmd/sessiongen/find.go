package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/directive"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/emit"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// find returns what an invocation in a folder generates for.
func find(dir string, env []string, i invocation.Invocation) ([]target, error) {
	patterns := i.Packages
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	program, err := load.List(dir, env, i.Tags, emit.Imports, patterns...)
	if err != nil {
		return nil, err
	}
	if len(program.Packages) == 0 {
		return nil, fmt.Errorf("no Go files in %s; name another package, or pass the -tags that its files need", strings.Join(patterns, " "))
	}
	at := placeOf(dir, env)
	if i.Type != "" || at.file != "" && len(i.Packages) == 0 {
		t, err := single(program, program.Packages, dir, env, at, i)
		if err == nil {
			err = t.renames()
		}
		if err != nil {
			return nil, err
		}
		return []target{t}, nil
	}
	if i.Name != "" || i.Output != "" {
		return nil, errors.New("-name and -o are for one type; say with -type which")
	}
	return scan(program, env, i.Tags)
}

// single returns the one type that an invocation at a place is for.
func single(program *load.Program, pkgs []*load.Package, dir string, env []string, at place, i invocation.Invocation) (target, error) {
	if i.Type != "" {
		return named(program, pkgs, at, i)
	}
	pos := token.Position{Filename: filepath.Join(dir, at.file), Line: at.line, Column: 1}
	var errs diagnostic.List
	pkg, file := load.Find(pkgs, at.file)
	if pkg == nil {
		errs.Add(pos, "", "the build constraints exclude this file; pass the -tags that it needs")
		return target{}, errs
	}
	directives := directive.Scan(program.Fset, file.Syntax, func(name string) string { return lookup(env, name) })
	spec, err := choose(file.Types(program.Fset), directives, at.line)
	if err != nil {
		return target{}, append(diagnostic.Of(pos, err), file.Errors...)
	}
	return newTarget(schema.Source{Program: program, Package: pkg, File: file, Spec: spec}, i)
}

// named returns the type that -type names.
func named(program *load.Program, pkgs []*load.Package, at place, i invocation.Invocation) (target, error) {
	if beside, _ := load.Find(pkgs, at.file); beside != nil && len(i.Packages) == 0 {
		if spec, file := beside.Lookup(i.Type); spec != nil {
			return newTarget(schema.Source{Program: program, Package: beside, File: file, Spec: spec}, i)
		}
	}
	var found []schema.Source
	for _, pkg := range pkgs {
		if pkg.Dir != pkgs[0].Dir {
			return target{}, errors.New("-type is for one package; name just one")
		}
		if spec, file := pkg.Lookup(i.Type); spec != nil {
			found = append(found, schema.Source{Program: program, Package: pkg, File: file, Spec: spec})
		}
	}
	if len(found) == 0 {
		return target{}, fmt.Errorf("package %s declares no type %s at its top level; correct -type%s, or pass the -tags that its file needs",
			pkgs[0].Path, i.Type, structs(pkgs))
	}
	return newTarget(found[0], i)
}

// structs returns the struct types that -type could name, in parentheses.
func structs(pkgs []*load.Package) string {
	var names []string
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			for spec := range file.TypeSpecs() {
				if _, ok := spec.Type.(*ast.StructType); ok && pkg.Owns(file) {
					names = append(names, spec.Name.Name)
				}
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (there is " + strings.Join(names, ", ") + ")"
}

// scan returns the targets of all directives in the packages.
func scan(program *load.Program, env []string, tags string) ([]target, error) {
	var targets []target
	var errs diagnostic.List
	failed := map[string]bool{} // folders
	seen := map[string]bool{}   // folders
	for _, pkg := range program.Packages {
		var files []*load.File
		if !seen[pkg.Dir] {
			seen[pkg.Dir] = true
			files = forGenerate(program, pkg)
		}
		for _, file := range pkg.Files {
			if pkg.Owns(file) {
				files = append(files, file)
			}
		}
		for _, file := range files {
			for _, d := range directive.Scan(program.Fset, file.Syntax, func(name string) string { return lookup(env, name) }) {
				found, err := directed(program, pkg, env, tags, d)
				if err != nil {
					errs = append(errs, diagnostic.Of(d.Pos, err)...)
					failed[pkg.Dir] = true
				}
				targets = append(targets, found...)
			}
		}
	}
	errs = append(errs, strays(program, targets, failed)...)
	if len(targets) == 0 && len(errs) == 0 {
		return nil, errors.New("no //go:generate directive that runs sessiongen; write one above the struct type, or say with -type which it is")
	}
	return targets, errs.Err()
}

// forGenerate returns the files of a package that are for go generate alone.
func forGenerate(program *load.Program, pkg *load.Package) []*load.File {
	var files []*load.File
	for _, file := range program.Excluded(pkg) {
		if file.ForGenerate() {
			files = append(files, file)
		}
	}
	return files
}

// directed returns the target of a directive, if it has one.
func directed(program *load.Program, pkg *load.Package, env []string, tags string, d directive.Directive) ([]target, error) {
	i, err := invocation.Parse(d.Args, io.Discard)
	if err != nil {
		return nil, fmt.Errorf("%w; correct the directive", err)
	}
	if err := i.Misused(true); err != nil {
		return nil, err
	}
	dir, at := runFrom(d)
	if i.Version || i.Type == "" && (len(i.Packages) > 0 || at.file == "") {
		return nil, nil
	}
	pkgs := program.Folder(pkg)
	if i.Tags != "" && i.Tags != tags || len(i.Packages) > 0 || len(d.Env) > 0 || at.file == "" {
		env = slices.Concat(env, d.Env)
		patterns := i.Packages
		if len(patterns) == 0 {
			patterns = []string{"."}
		}
		if program, err = load.List(dir, env, i.Tags, emit.Imports, patterns...); err != nil {
			return nil, err
		}
		pkgs = program.Packages
	}
	t, err := single(program, pkgs, dir, env, at, i)
	if err != nil {
		return nil, err
	}
	return []target{t}, nil
}

// lookup returns a variable of an environment, of which the last one counts.
func lookup(env []string, name string) string {
	value := ""
	for _, entry := range env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}
