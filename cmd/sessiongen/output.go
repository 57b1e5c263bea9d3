package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diff"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/load"
)

// compare prints what is stale, and tells whether anything is.
func compare(stdout io.Writer, dir string, outputs []output) bool {
	found := false
	for _, o := range outputs {
		if o.name == "-" || o.upToDate() {
			continue
		}
		found = true
		name := filepath.ToSlash(diagnostic.Relative(dir, o.name))
		old := name
		if o.old == nil {
			old = "/dev/null"
		}
		fmt.Fprint(stdout, diff.Unified(old, name, load.Plain(o.old), o.data))
	}
	return found
}

// write writes the outputs that are not up to date. All of them are written
// beside their places first, so that none is replaced if one can't be written.
func write(stdout io.Writer, outputs []output) error {
	var staged []file
	defer func() {
		for _, f := range staged {
			os.Remove(f.temporary)
		}
	}()
	for _, o := range schemaFilesFirst(outputs) {
		if o.name == "-" || o.upToDate() {
			continue
		}
		f, err := stage(o)
		if f.temporary != "" {
			staged = append(staged, f)
		}
		if err != nil {
			return err
		}
	}
	for len(staged) > 0 {
		if err := os.Rename(staged[0].temporary, staged[0].name); err != nil {
			return err
		}
		staged = staged[1:]
	}
	for _, o := range outputs {
		if o.name != "-" {
			continue
		}
		if _, err := stdout.Write(o.data); err != nil {
			return err
		}
	}
	return nil
}

// schemaFilesFirst returns the outputs in the order in which they are put into
// place, as that may end between any two.
//
// The forms in which values were stored are known from the schema file alone. With a
// new one beside older Go, a build fails, and the next run writes the Go that belongs
// to it. The other way around all would build and could be deployed, while no file
// has the form that is stored from then on: it would be lost with the next change of
// the declaration. What was accepted would have to be accepted again, too.
func schemaFilesFirst(outputs []output) []output {
	var first, then []output
	for _, o := range outputs {
		if filepath.Ext(o.name) == ".schema" {
			first = append(first, o)
		} else {
			then = append(then, o)
		}
	}
	return append(first, then...)
}

// A file is one that is written, but not in its place yet.
type file struct{ temporary, name string }

// stage writes an output to a temporary file in the folder of its place, and
// returns the names of both. The place of a symbolic link is where it leads.
func stage(o output) (file, error) {
	name, mode := o.name, fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return file{}, err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sessiongen-*")
	if err != nil {
		return file{}, err
	}
	_, err = f.Write(o.data)
	return file{f.Name(), name}, errors.Join(err, f.Chmod(mode), f.Close())
}
