package vet

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/analysis/unitchecker"
)

// IsTool tells whether the go command has given these arguments to its vet tool:
// it asks for the version or the flags, or names the description of a package.
func IsTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	last := args[len(args)-1]
	return len(args) == 1 && (last == "-V=full" || last == "-flags") || filepath.Base(last) == "vet.cfg"
}

// Flags are the names of the tool's flags, which go vet has and go list has not.
func Flags() []string {
	names := []string{"c", "diff", "fix", "vettool"}
	for _, rule := range Analyzers() {
		names = append(names, rule.Name)
	}
	return names
}

// Tool is the vet tool, with these arguments. It ends the process.
func Tool(args []string) {
	if last := len(args) - 1; filepath.Base(args[last]) == "vet.cfg" {
		name, err := lookAtDependency(args[last])
		if err != nil {
			fmt.Fprintln(os.Stderr, "sessiongen:", err)
			os.Exit(1)
		}
		args = append(args[:last:last], name)
	}
	// unitchecker takes them from the process, and all flags that there are for
	// its own.
	os.Args = append(os.Args[:1:1], args...)
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	unitchecker.Main(Analyzers()...)
}

// lookAtDependency returns the description of a package that the rules look at as
// if it was asked for, although it may only be a dependency.
//
// The go command keeps what the tool has printed for a package, and looks it up
// again whether it is one or the other. A dependency without findings would have
// none for ever, until it changes.
func lookAtDependency(description string) (string, error) {
	text, err := os.ReadFile(description)
	if err != nil {
		return "", err
	}
	var p struct {
		ModulePath string
		Module     any // from Go 1.27 on
		VetxOnly   bool
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", err
	}
	// The standard library, which has no sessions, is in no module.
	if !p.VetxOnly || p.ModulePath == "" && p.Module == nil {
		return description, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return "", err
	}
	all["VetxOnly"] = json.RawMessage("false")
	if text, err = json.Marshal(all); err != nil {
		return "", err
	}
	looked := filepath.Join(filepath.Dir(description), "dependency.cfg")
	return looked, os.WriteFile(looked, text, 0o666)
}
