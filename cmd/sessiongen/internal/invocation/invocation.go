// Package invocation parses the arguments of the command, be it run by hand
// or named in a go:generate directive.
package invocation

import (
	"flag"
	"io"
)

// An Invocation is what the arguments of one run say.
type Invocation struct {
	Type     string   // -type
	Name     string   // -name
	Output   string   // -o
	Tags     string   // -tags
	Check    bool     // -check
	Version  bool     // -version
	Packages []string // patterns, as given
}

const usage = `usage: sessiongen [flags] [packages]
       sessiongen vet [flags] [packages]

Sessiongen writes typed session accessors for a struct type. With vet, it looks
for mistakes in code that uses them; the flags are those of go vet then. Flags:
`

// Parse parses arguments. What there is to say of wrong ones, and the help
// that -h asks for, go to stderr; the error is [flag.ErrHelp] after -h.
func Parse(args []string, stderr io.Writer) (Invocation, error) {
	var i Invocation
	flags := flag.NewFlagSet("sessiongen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&i.Type, "type", "", "generate for the struct type `T` of the package")
	flags.StringVar(&i.Name, "name", "", "`name` of the accessor type, taken as written")
	flags.StringVar(&i.Output, "o", "", "output `file`, relative to the package's folder; - is standard output")
	flags.BoolVar(&i.Check, "check", false, "write nothing; print a diff of what is stale, and exit 1 if anything is")
	flags.StringVar(&i.Tags, "tags", "", "comma-separated `list` of build tags")
	flags.BoolVar(&i.Version, "version", false, "print the version")
	err := flags.Parse(args)
	i.Packages = flags.Args()
	return i, err
}
