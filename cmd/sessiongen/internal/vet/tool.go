package vet

import (
	"flag"
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

// Tool is the vet tool, with these arguments. It ends the process.
func Tool(args []string) {
	// unitchecker takes them from the process, and all flags that there are for
	// its own.
	os.Args = append(os.Args[:1:1], args...)
	flag.CommandLine = flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	unitchecker.Main(Analyzers()...)
}
