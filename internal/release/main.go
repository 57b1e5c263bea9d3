// Release prepares a version of this repository, and checks it before, or after,
// it is tagged: whether its users will get what they should. It is a module of its
// own, so that what it needs is nobody else's dependency.
//
// Usage, in this folder:
//
//	go run . prepare [-C FOLDER] [VERSION]
//	go run . check [-C FOLDER] [-only LIST] [VERSION]
//
// FOLDER is one in another repository than this.
// A VERSION is one such as v0.1.0. Without it, it is the one that the changelog
// names first: below Unreleased, in a line "What v0.1.0 will have.", or
// with its topmost section.
//
// Prepare writes the version into the changelog and into the go.mod files that
// require a module of the repository. It commits nothing.
//
// Check looks at the commit that has the tag, or, before there is one, at HEAD as
// if it had. It reads a clone of that, and serves its modules to itself as the go
// command packs them, from a module proxy that is a folder. Everything else comes
// from the network. It exits with 1 if anything is wrong, and says what to do.
// With -only it makes some of its checks, named as in "changelog,modules":
//
//	tree             nothing is left to commit; tags are where they should be
//	changelog        the section, its date and its links
//	modules          what go.mod files require and replace
//	pages            links, and what may be said only before the first release
//	contents         what is in the files that users download
//	api              what no longer compiles since the last release
//	licences         of all that users build
//	generated        files that are not what go generate writes
//	vulnerabilities  known ones, in code that is called
//	users            an app for each module gets, generates, builds and vets it
//	readme           its commands, on an empty machine
//
// It needs git, the network and, for readme, memcached. It runs on Unix alone.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

const usage = "usage: release prepare [-C FOLDER] [VERSION], or release check [-C FOLDER] [-only LIST] [VERSION]"

// run returns the exit code: 1 if a check failed, 2 if there was none.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	only := flags.String("only", "", "")
	folder := flags.String("C", ".", "")
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	if err := flags.Parse(args); err != nil || flags.NArg() > 1 {
		fmt.Fprintln(stderr, usage)
		return 2
	}
	var err error
	switch verb {
	case "prepare":
		err = prepare(*folder, flags.Arg(0), stdout)
	case "check":
		err = check(*folder, flags.Arg(0), *only, stdout)
	default:
		err = errors.New(usage)
	}
	switch {
	case errors.Is(err, errFailed):
		fmt.Fprintln(stderr, "release:", err)
		return 1
	case err != nil:
		fmt.Fprintln(stderr, "release:", strings.TrimPrefix(err.Error(), "usage: "))
		return 2
	}
	return 0
}
