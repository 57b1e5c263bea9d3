package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
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
	if v.JSON {
		stdout.Write(output)
		return done
	}
	found, err := findings(output)
	if err != nil {
		return r.fail(err)
	}
	r.print(found)
	if len(found) > 0 {
		return stale
	}
	return done
}

// findings reads what go vet -json prints: for each package, what each rule has
// found in it, or why it could not look.
func findings(output []byte) (diagnostic.List, error) {
	var found diagnostic.List
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var packages map[string]map[string]json.RawMessage
		err := decoder.Decode(&packages)
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go vet prints what can't be read: %w", err)
		}
		for name, rules := range packages {
			for rule, text := range rules {
				var all []struct{ Posn, Message string }
				if err := json.Unmarshal(text, &all); err != nil {
					return nil, fmt.Errorf("the rule %s has failed on package %s: %s", rule, name, text)
				}
				for _, f := range all {
					found.Add(position(f.Posn), "", "%s", f.Message)
				}
			}
		}
	}
}

// position parses file:line:column, where the file may have colons, too.
func position(s string) token.Position {
	rest, column := cutNumber(s)
	file, line := cutNumber(rest)
	return token.Position{Filename: file, Line: line, Column: column}
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
