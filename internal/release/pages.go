package main

import (
	"errors"
	"fmt"
	"strings"
)

// beforeRelease is what pages may say only as long as there is no release.
const beforeRelease = "Nothing is released yet"

// checkPages follows links among the files of the commit, and finds what is no
// longer true.
func checkPages(r *release) (string, error) {
	var problems []error
	if _, err := r.tree.run("go", "test", "-count=1", "-vet=off", "-run", "^(TestLinksLeadSomewhere|TestReadmeLeadsToEveryPage|TestTestsNamedInPagesExist)$", "./cmd/sessiongen"); err != nil {
		problems = append(problems, err)
	}
	if said, err := r.tree.run("git", "grep", "-l", beforeRelease, "--", "*.md"); err == nil { // it fails where it finds nothing
		problems = append(problems, fmt.Errorf("%q is not true of a release; remove it from\n%s", beforeRelease, strings.TrimSpace(said)))
	}
	return "", errors.Join(problems...)
}
