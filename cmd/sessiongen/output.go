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
	staged := map[string]string{}
	defer func() {
		for temporary := range staged {
			os.Remove(temporary)
		}
	}()
	for _, o := range outputs {
		if o.name == "-" || o.upToDate() {
			continue
		}
		temporary, name, err := stage(o)
		if temporary != "" {
			staged[temporary] = name
		}
		if err != nil {
			return err
		}
	}
	for temporary, name := range staged {
		if err := os.Rename(temporary, name); err != nil {
			return err
		}
		delete(staged, temporary)
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

// stage writes an output to a temporary file in the folder of its place, and
// returns the names of both. The place of a symbolic link is where it leads.
func stage(o output) (temporary, name string, err error) {
	name, mode := o.name, fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return "", "", err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sessiongen-*")
	if err != nil {
		return "", "", err
	}
	_, err = f.Write(o.data)
	return f.Name(), name, errors.Join(err, f.Chmod(mode), f.Close())
}
