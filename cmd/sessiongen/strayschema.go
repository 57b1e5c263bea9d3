package main

import (
	"go/token"
	"os"
	"path/filepath"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schemafile"
)

// A session type that gets another name gets another schema file, and the new one
// knows nothing of the sessions that live. They all end, because the Namespace and
// the CookieName follow the name.

const (
	ifRenamed = "if the struct type was only renamed, all its sessions end, because Namespace and CookieName follow the name"
	keepNames = "keep the names in the directive, as with -name Session -o session_gen.go"
)

// strayFiles reports the schema files in the folders of the packages that are of no
// type that is declared, and returns their names. The code beside one of them is to
// be kept or removed with it, so it need not be reported itself.
func strayFiles(program *load.Program, own fileNames, failed map[string]bool) (names fileNames, errs diagnostic.List) {
	names = fileNames{}
	seen := map[string]bool{}
	for _, pkg := range program.Packages {
		if seen[pkg.Dir] || failed[pkg.Dir] {
			continue
		}
		seen[pkg.Dir] = true
		for _, name := range undeclaredFiles(program, pkg) {
			if !own.has(name) {
				names.add(name)
				errs.Add(token.Position{Filename: name, Line: 1, Column: 1}, "",
					"no type is declared any more for this schema file: %s; %s, or remove the file and the code beside it", ifRenamed, keepNames)
			}
		}
	}
	return names, errs
}

// renames reports that the target is new, and beside it is the schema file of a
// type that is not declared any more.
func (t target) renames() error {
	if t.schemaFile() == "" || exists(t.schemaFile()) {
		return nil
	}
	var errs diagnostic.List
	for _, name := range undeclaredFiles(t.Program, t.Package) {
		base := filepath.Base(name)
		errs.Add(t.Pos(), t.Spec.Name.Name, "it is new, and no type is declared any more for %s: %s; %s, or, if it is another type, remove %[1]s and the code beside it", base, ifRenamed, keepNames)
	}
	return errs.Err()
}

// undeclaredFiles returns the schema files in the folder of a package that are of
// no type in it. A type that no directive is for may have been named on the command
// line.
func undeclaredFiles(program *load.Program, pkg *load.Package) []string {
	declared, byDefault := fileNames{}, map[string]string{} // the latter by the name of the type
	for _, other := range program.Folder(pkg) {
		for _, file := range append(program.Unbuilt(other), other.Files...) {
			for _, s := range file.Types(program.Fset) {
				if names, err := schema.NewNames(s.Spec.Name.Name, ""); err == nil && s.Kind != load.Other {
					byDefault[s.Spec.Name.Name] = names.File(file)
				}
			}
		}
	}
	for _, other := range program.Folder(pkg) {
		for _, file := range append(program.Unbuilt(other), other.Files...) {
			for _, o := range outputsOf(program, file, lookupIn(file, program.Folder(pkg))) {
				declared.add(schemaOf(absolute(pkg.Dir, o.file)))
				delete(byDefault, o.name)
			}
		}
	}
	for _, output := range byDefault {
		declared.add(schemaOf(absolute(pkg.Dir, output)))
	}
	var undeclared []string
	entries, _ := os.ReadDir(pkg.Dir)
	for _, entry := range entries {
		name := filepath.Join(pkg.Dir, entry.Name())
		if filepath.Ext(name) != ".schema" || declared.has(name) {
			continue
		}
		if data, err := os.ReadFile(name); err == nil && len(data) > 0 && schemafile.Generated(load.Plain(data)) {
			undeclared = append(undeclared, name)
		}
	}
	return undeclared
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
