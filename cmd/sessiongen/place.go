package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/directive"
)

// A place is where go generate runs the command: the line of a directive.
type place struct {
	file string // without its folder, empty if it is not run by go generate
	line int
}

// placeOf returns where a run in a folder is from. With go -C it is in another
// folder than its directive, which go generate does not tell: then it is as if it
// was not run by go generate, and no file there is taken for the directive's.
func placeOf(dir string, env []string) place {
	at := place{file: lookup(env, "GOFILE")}
	at.line, _ = strconv.Atoi(lookup(env, "GOLINE"))
	source, _ := os.ReadFile(filepath.Join(dir, at.file))
	lines := bytes.Split(source, []byte("\n"))
	if at.line < 1 || at.line > len(lines) || !directive.Is(string(bytes.TrimLeft(lines[at.line-1], " \t"))) {
		return place{}
	}
	return at
}

// runFrom returns the folder in which go generate would run the command of a
// directive, and the place that it would find there.
func runFrom(d directive.Directive) (dir string, at place) {
	dir, file := filepath.Split(d.Pos.Filename)
	dir, at = filepath.Clean(dir), place{file, d.Pos.Line}
	if other := absolute(dir, d.Dir); other != dir {
		return other, place{}
	}
	return dir, at
}
