package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

var errFailed = errors.New("not ready: see above")

// A step is a check. It returns what is worth showing where all is well, and what
// is wrong.
type step struct {
	name string
	run  func(*release) (report string, err error)
}

// steps are in the order of what they take.
var steps = []step{
	{"tree", checkTree},
	{"changelog", checkChangelog},
	{"modules", checkModules},
	{"contents", checkContents},
	{"pages", checkPages},
	{"api", checkAPI},
	{"licences", checkLicences},
	{"generated", checkGenerated},
	{"vulnerabilities", checkVulnerabilities},
	{"users", checkUsers},
	{"readme", checkReadme},
}

// check makes the checks whose names are listed, or all of them, also when some
// fail.
func check(folder, version, only string, out io.Writer) error {
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	r, err := open(folder, version)
	if err != nil {
		return err
	}
	defer os.RemoveAll(r.temp)
	fmt.Fprintf(out, "%s of %.12s, %s\n", r.version, r.commit, r.standing())
	failed := false
	for _, s := range chosen {
		report, err := s.run(r)
		if err != nil {
			failed = true
			fmt.Fprintf(out, "FAIL  %s\n%s\n", s.name, indent(err.Error()))
			continue
		}
		fmt.Fprintf(out, "ok    %s\n", s.name)
		if report != "" {
			fmt.Fprintln(out, indent(report))
		}
	}
	switch {
	case failed:
		return errFailed
	case only == "" && !r.tagged:
		fmt.Fprint(out, r.howToTag())
	}
	return nil
}

func choose(only string) ([]step, error) {
	if only == "" {
		return steps, nil
	}
	var chosen []step
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(steps, func(s step) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no check %q", name)
		}
		chosen = append(chosen, steps[i])
	}
	return chosen, nil
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n      ")
}

// howToTag tells what makes a release of the commit. GitHub starts no workflow
// for tags of which more than three are pushed at once.
func (r *release) howToTag() string {
	var nested []string
	for _, m := range r.released() {
		if m.folder != "." {
			nested = append(nested, m.tag(r.version))
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\nReady. To release it:\n\n\tfor tag in %s; do git tag $tag %.12s; done\n",
		strings.Join(append(nested, r.version), " "), r.commit)
	if len(nested) > 0 {
		fmt.Fprintf(&text, "\tgit push origin %s\n", strings.Join(nested, " "))
	}
	fmt.Fprintf(&text, "\tgit push origin %s # last, and alone: it starts the workflow\n", r.version)
	return text.String()
}
