package main

import (
	"cmp"
	"errors"
	"go/token"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
)

// vetPackages has the go command vet packages with this program as its tool, so
// that build tags, test files, what did not change since the last time and
// packages that do not compile are its business.
func vetPackages(args, env []string, stdout, stderr io.Writer) int {
	dir, err := os.Getwd()
	v, misused := invocation.ParseVet(args)
	r := newReporter(stderr, dir, env, invocation.Invocation{GitHub: v.GitHub})
	if err := cmp.Or(err, misused); err != nil {
		return r.fail(err)
	}
	tool, err := os.Executable()
	if err != nil {
		return r.fail(err)
	}
	// The exit status of go vet does not tell findings from a package that does
	// not compile. With -json, it succeeds in spite of findings. With -trimpath,
	// which may be in GOFLAGS, it remembers what it has found in another copy of the
	// module, under the names of that copy's files.
	cmd := exec.Command("go", append([]string{"vet", "-vettool=" + tool, "-json", "-trimpath=false"}, v.Args...)...)
	cmd.Env = env
	cmd.Stderr = stderr
	output, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return wrong // and go vet has said what
	}
	if err != nil {
		return r.fail(err)
	}
	units, err := decodeUnits(output)
	if err == nil {
		err = units.dropDependencies(v, env)
	}
	if err != nil {
		return r.fail(err)
	}
	if v.JSON {
		if err := units.print(stdout); err != nil {
			return r.fail(err)
		}
		return done
	}
	found, err := units.findings()
	if err != nil {
		return r.fail(err)
	}
	r.print(found)
	if len(found) > 0 {
		return stale
	}
	return done
}

// position parses file:line:column, or file:line, where the file may have colons,
// too. There is no column below a line directive that has none.
func position(s string) token.Position {
	rest, last := cutNumber(s)
	if file, line := cutNumber(rest); line > 0 {
		return token.Position{Filename: file, Line: line, Column: last}
	}
	return token.Position{Filename: rest, Line: last}
}

func cutNumber(s string) (before string, number int) {
	i := strings.LastIndex(s, ":")
	if i < 0 {
		return s, 0
	}
	number, err := strconv.Atoi(s[i+1:])
	if err != nil {
		return s, 0
	}
	return s[:i], number
}
