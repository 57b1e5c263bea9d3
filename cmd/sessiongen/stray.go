package main

import (
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schemafile"
)

// strays reports the output of earlier runs in the packages that is none of the
// targets': nothing tells whether it is stale. Where something is wrong in the
// folder, which may be why, that is for the user to mend first: failed tells where
// a directive has none.
func strays(program *load.Program, targets []target, failed map[string]bool) diagnostic.List {
	var errs diagnostic.List
	own := filesOf(targets)
	for _, pkg := range program.Packages {
		for _, file := range pkg.Outputs {
			if !pkg.Owns(file) || file.Empty() || failed[pkg.Dir] || own.has(file.Name) {
				continue
			}
			if wrong := syntaxErrors(program.Folder(pkg)); len(wrong) > 0 {
				errs = append(errs, wrong...)
				continue
			}
			errs.Add(token.Position{Filename: file.Name, Line: 1, Column: 1}, "",
				"no directive that can be read is for this output of sessiongen; write it as //go:generate go tool sessiongen, name the package that it is in as well, or remove the file")
		}
	}
	return append(errs, strayFiles(program, own, failed)...)
}

// strayFiles reports the schema files in the folders of the packages that have no
// output beside them. One that has is a target's, or excluded from this build, or
// reported itself.
func strayFiles(program *load.Program, own fileNames, failed map[string]bool) diagnostic.List {
	var errs diagnostic.List
	seen := map[string]bool{}
	for _, pkg := range program.Packages {
		if seen[pkg.Dir] || failed[pkg.Dir] {
			continue
		}
		seen[pkg.Dir] = true
		beside := fileNames{}
		entries, _ := os.ReadDir(pkg.Dir)
		for _, entry := range entries {
			name := filepath.Join(pkg.Dir, entry.Name())
			if filepath.Ext(name) != ".go" {
				continue
			}
			if source, err := program.Read(name); err == nil && load.Generated(source) {
				beside.add(schemaOf(name))
			}
		}
		for _, entry := range entries {
			name := filepath.Join(pkg.Dir, entry.Name())
			if filepath.Ext(name) != ".schema" || own.has(name) || beside.has(name) {
				continue
			}
			if data, err := os.ReadFile(name); err != nil || len(data) == 0 || !schemafile.Generated(data) {
				continue
			}
			errs.Add(token.Position{Filename: name, Line: 1, Column: 1}, "",
				"nothing is declared for this schema file, and if its struct type was renamed all its sessions end, because Namespace and CookieName follow the name; keep the names in the directive, as with -name Session -o session_gen.go, or remove the file")
		}
	}
	return errs
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
