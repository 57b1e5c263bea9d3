package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/diagnostic"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/invocation"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/vet"
)

// vetUnits is what go vet -json prints: for each package, by its name, what each
// rule has found in it, or why it could not look.
type vetUnits map[string]map[string]json.RawMessage

func decodeUnits(output []byte) (vetUnits, error) {
	all := vetUnits{}
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var some vetUnits
		err := decoder.Decode(&some)
		switch {
		case err == io.EOF:
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go vet prints what can't be read: %w", err)
		}
		for name, rules := range some {
			if all[name] == nil {
				all[name] = map[string]json.RawMessage{}
			}
			for rule, text := range rules {
				// Without blanks, so that the same finding is the same text.
				if text, err = json.Marshal(text); err != nil {
					return nil, err
				}
				all[name][rule] = merge(all[name][rule], text)
			}
		}
	}
}

// merge returns what a rule has found in one package that was looked at twice:
// without its test files, for those who import it, and with them.
func merge(a, b json.RawMessage) json.RawMessage {
	var all, more []json.RawMessage
	if a == nil || json.Unmarshal(b, &more) != nil {
		return b
	}
	if json.Unmarshal(a, &all) != nil {
		return a // it has failed
	}
	for _, finding := range more {
		if !slices.ContainsFunc(all, func(known json.RawMessage) bool { return bytes.Equal(known, finding) }) {
			all = append(all, finding)
		}
	}
	merged, err := json.Marshal(all)
	if err != nil {
		return b // it has just been read
	}
	return merged
}

// dropDependencies drops what was found in packages that are only dependencies of
// those asked for: the tool looks at them, too.
func (u vetUnits) dropDependencies(v invocation.Vet, env []string) error {
	if len(u) == 0 {
		return nil
	}
	cmd := exec.Command("go", append([]string{"list", "-e", "-f", "{{.ImportPath}}"}, v.Listing(vet.Flags())...)...)
	cmd.Env = env
	output, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = fmt.Errorf("go list can't tell which packages go vet was asked for: %s", bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for name := range strings.Lines(string(output)) {
		asked[strings.TrimSpace(name)] = true
	}
	for name := range u {
		// The test files of a package may be one of their own.
		if !asked[name] && !asked[strings.TrimSuffix(name, "_test")] {
			delete(u, name)
		}
	}
	return nil
}

// print prints the units as go vet -json does.
func (u vetUnits) print(stdout io.Writer) error {
	if len(u) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(u, "", "\t")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n", text)
	return err
}

func (u vetUnits) findings() (diagnostic.List, error) {
	var found diagnostic.List
	for name, rules := range u {
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
	return found, nil
}
