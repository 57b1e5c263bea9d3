package main

import (
	"go/token"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// strays reports the output of earlier runs in the packages that is none of the
// targets': nothing tells whether it is stale. Where something is wrong in the
// folder, which may be why, that is for the user to mend first: failed tells where
// a directive has none.
func strays(program *load.Program, targets []target, failed map[string]bool) diagnostic.List {
	own := filesOf(targets)
	undeclared, errs := strayFiles(program, own, failed)
	for _, pkg := range program.Packages {
		for _, file := range pkg.Outputs {
			if !pkg.Owns(file) || file.Empty() || failed[pkg.Dir] || own.has(file.Name) || undeclared.has(schemaOf(file.Name)) || madeByUnbuilt(program, pkg, file.Name) {
				continue
			}
			if wrong := syntaxErrors(program.Folder(pkg)); len(wrong) > 0 {
				errs = append(errs, wrong...)
				continue
			}
			errs.Add(token.Position{Filename: file.Name, Line: 1, Column: 1}, "",
				"sessiongen has written this file, and no directive that can be read is for it; write one as //go:generate go tool sessiongen, give its package, too, if that is another one, or remove the file")
		}
	}
	return errs
}

// madeByUnbuilt tells whether an output is made by a directive in a file that the
// build constraints exclude, which go generate runs elsewhere, with other tags or
// when it is given the name of the file.
func madeByUnbuilt(program *load.Program, pkg *load.Package, output string) bool {
	for _, file := range program.Unbuilt(pkg) {
		for _, o := range outputsOf(program, file, lookupIn(file, program.Folder(pkg))) {
			if strings.EqualFold(absolute(pkg.Dir, o.file), output) {
				return true
			}
		}
	}
	return false
}

// fileNames is a set of names. File systems may not tell capitals from small letters.
type fileNames map[string]bool

func (n fileNames) add(name string)      { n[strings.ToLower(name)] = true }
func (n fileNames) has(name string) bool { return n[strings.ToLower(name)] }

// filesOf returns the names of the outputs of the targets, and of their schema
// files.
func filesOf(targets []target) fileNames {
	all := fileNames{}
	for _, t := range targets {
		all.add(t.output)
		all.add(t.schemaFile())
	}
	return all
}

// syntaxErrors returns what is wrong with the syntax of the packages.
func syntaxErrors(pkgs []*load.Package) diagnostic.List {
	var errs diagnostic.List
	for _, pkg := range pkgs {
		for _, file := range pkg.Files {
			errs = append(errs, file.Errors...)
		}
	}
	return errs
}
