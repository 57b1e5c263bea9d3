package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
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
		// A package comes but once, in an object of its own.
		switch err := decoder.Decode(&all); {
		case err == io.EOF:
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go vet prints what can't be read: %w", err)
		}
	}
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
		if !vet.WithTests(name) && !asked[name] {
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
