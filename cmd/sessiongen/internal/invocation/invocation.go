// Package invocation parses the arguments of the command, be it run by hand
// or named in a go:generate directive.
package invocation

import (
	"errors"
	"flag"
	"io"
	"strings"
)

// An Invocation is what the arguments of one run say.
type Invocation struct {
	Type     string   // -type
	Name     string   // -name
	Output   string   // -o
	Tags     string   // -tags
	Check    bool     // -check
	Accept   []string // -accept
	Forget   []string // -forget
	Against  string   // -against
	GitHub   bool     // -format github
	Verbose  bool     // -v
	Version  bool     // -version
	Packages []string // patterns, as given
}

const usage = `usage: sessiongen [flags] [packages]
       sessiongen vet [flags] [packages]

Sessiongen writes typed session accessors for a struct type. With vet, it looks
for mistakes in code that uses them; the flags are -format and those of go vet
then. Flags:
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
	flags.Var((*names)(&i.Accept), "accept", "accept that visitors lose the variable stored under `name`, which may be a list")
	flags.Var((*names)(&i.Forget), "forget", "forget how the variable stored under `name` was stored before, or that it was there; it may be a list")
	flags.Func("against", "compare with the schema file of a git `revision`, too", func(revision string) error {
		if revision == "" || revision[0] == '-' {
			return errors.New("there is no such revision; give one such as origin/main")
		}
		i.Against = revision
		return nil
	})
	flags.Func("format", "`form` of what is said on standard error: text, or github for annotations (default text)", func(form string) (err error) {
		i.GitHub, err = isGitHub(form)
		return err
	})
	flags.StringVar(&i.Tags, "tags", "", "comma-separated `list` of build tags")
	flags.BoolVar(&i.Verbose, "v", false, "also print notes: what a declaration can lose although it can be stored")
	flags.BoolVar(&i.Version, "version", false, "print the version")
	err := flags.Parse(args)
	i.Packages = flags.Args()
	return i, err
}

// isGitHub tells which form of diagnostics is asked for.
func isGitHub(form string) (bool, error) {
	if form != "text" && form != "github" {
		return false, errors.New("there is no such form; use text or github")
	}
	return form == "github", nil
}

// Misused says what is wrong with flags that change, or compare, schema files.
func (i Invocation) Misused(inDirective bool) error {
	switch changes := len(i.Accept)+len(i.Forget) > 0; {
	case inDirective && (changes || i.Against != ""):
		return errors.New("-accept, -forget and -against are for the command line, as a directive would say so for every change to come; remove them from the directive")
	case changes && i.Check:
		return errors.New("-accept and -forget change the schema file, and -check changes nothing; use them without -check")
	}
	return nil
}

// Writing returns the arguments of a run that writes what this one, with -check,
// looks at.
func (i Invocation) Writing() []string {
	var args []string
	for _, f := range []struct{ name, value string }{{"-type", i.Type}, {"-name", i.Name}, {"-o", i.Output}, {"-tags", i.Tags}, {"-against", i.Against}} {
		if f.value != "" {
			args = append(args, f.name, f.value)
		}
	}
	return append(args, i.Packages...)
}

// names is a flag for names with commas between, which may be given more than
// once.
type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

func (n *names) Set(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		*n = append(*n, strings.TrimSpace(name))
	}
	return nil
}
