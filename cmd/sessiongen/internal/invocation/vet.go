package invocation

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Vet is what the arguments of sessiongen vet say.
type Vet struct {
	GitHub bool     // -format github
	JSON   bool     // -json
	Args   []string // the others, which are for go vet
}

// ParseVet parses the arguments of sessiongen vet. Only go vet knows which of its
// flags have a value of their own, and which are for the rules.
func ParseVet(args []string) (Vet, error) {
	var v Vet
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			v.Args = append(v.Args, args[i:]...)
			break
		}
		name, value, given := strings.Cut(args[i], "=")
		switch name {
		case "-json", "--json":
			on, err := strconv.ParseBool(value)
			if given && err != nil {
				return v, fmt.Errorf("-json can't be %q; use true or false", value)
			}
			v.JSON = on || !given
		case "-format", "--format":
			if !given {
				if i++; i == len(args) {
					return v, errors.New("-format has no form after it; use text or github")
				}
				value = args[i]
			}
			var err error
			if v.GitHub, err = isGitHub(value); err != nil {
				return v, fmt.Errorf("-format %s: %w", value, err)
			}
		default:
			v.Args = append(v.Args, args[i])
		}
	}
	if v.GitHub && v.JSON {
		return v, errors.New("-json and -format github are two forms of the output; use one of them")
	}
	return v, nil
}

// Listing returns the arguments that make go list name the packages that go vet
// looks at, given the flags of the vet tool. The others are flags of both.
func (v Vet) Listing(tool []string) []string {
	var args []string
	for i := 0; i < len(v.Args); i++ {
		flag, _, given := strings.Cut(v.Args[i], "=")
		if v.Args[i] == "--" {
			return append(args, v.Args[i:]...)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(flag, "-"), "-")
		switch {
		case name == flag || !slices.Contains(tool, name):
			args = append(args, v.Args[i])
		case !given && (name == "c" || name == "vettool"): // its value is an argument of its own
			i++
		}
	}
	return args
}
