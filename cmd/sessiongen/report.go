package main

import (
	"fmt"
	"go/token"
	"io"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
)

// A reporter prints what is wrong or stale, in the form that -format asks for.
type reporter struct {
	stderr io.Writer
	dir    string // files are named relative to it
	github bool
	rerun  string // the command that writes what is stale, if go generate does not know how
}

// newReporter returns the reporter of an invocation in a folder. GitHub knows
// files by their names from the top of the repository, wherever the command runs.
func newReporter(stderr io.Writer, dir string, env []string, i invocation.Invocation) reporter {
	if top := lookup(env, "GITHUB_WORKSPACE"); i.GitHub && top != "" {
		dir = top
	}
	rerun := ""
	if i.Against != "" {
		rerun = "go tool sessiongen " + strings.Join(i.Writing(), " ")
	}
	return reporter{stderr, dir, i.GitHub, rerun}
}

func (r reporter) fail(err error) int {
	r.print(diagnostic.Of(token.Position{}, err))
	return wrong
}

func (r reporter) print(list diagnostic.List) {
	lines := list.Lines
	if r.github {
		lines = list.Annotations
	}
	for _, line := range lines(r.dir) {
		fmt.Fprintln(r.stderr, line)
	}
}

// stale annotates the outputs that are not up to date. As text, the diff says it,
// but not that go generate does not know of the revision.
func (r reporter) stale(outputs []output) int {
	var list diagnostic.List
	remedy := "run go generate ./... and commit it"
	if r.rerun != "" {
		remedy = "run " + r.rerun + " and commit it"
	}
	for _, o := range outputs {
		if o.name == "-" || o.upToDate() {
			continue
		}
		state := "stale"
		if o.old == nil {
			state = "missing"
		}
		list.Add(token.Position{Filename: o.name, Line: 1}, "", "this file is %s; %s", state, remedy)
	}
	if r.github || r.rerun != "" {
		r.print(list)
	}
	return stale
}
