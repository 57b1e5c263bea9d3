package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// cleared is what govulncheck says of a module in which it finds nothing. That it
// exits with 0 is not enough.
var cleared = regexp.MustCompile(`No vulnerabilities found\.|Your code is affected by 0 vulnerabilities\.`)

// checkVulnerabilities runs govulncheck in all modules. It reads the Go team's
// database, or the one at the URL in GOVULNDB. A database that can't be read is a
// failure.
func checkVulnerabilities(r *release) (string, error) {
	bin := filepath.Join(r.temp, "govulncheck")
	// In this folder, whose go.mod has its version and whose go.sum its sum.
	if _, err := (place{dir: "."}).run("go", "build", "-race=false", "-o", bin, "golang.org/x/vuln/cmd/govulncheck"); err != nil {
		return "", err
	}
	var args []string
	if db := os.Getenv("GOVULNDB"); db != "" {
		args = append(args, "-db", db)
	}
	var problems []error
	for _, m := range r.modules {
		said, err := r.tree.in(m.folder).run(bin, append(args, "./...")...)
		var exit *exec.ExitError
		switch {
		case errors.As(err, &exit) && exit.ExitCode() == 3:
			problems = append(problems, fmt.Errorf("in %s: require the versions that fix it, or update Go\n%s", m.folder, strings.TrimSpace(said)))
		case err != nil: // nor would the next module's be read
			return "", fmt.Errorf("in %s: %w\nWhere there is no network, let GOVULNDB be the file URL of a copy of the database", m.folder, err)
		case !cleared.MatchString(said):
			problems = append(problems, fmt.Errorf("in %s: govulncheck does not say that it found nothing\n%s", m.folder, strings.TrimSpace(said)))
		}
	}
	return "", errors.Join(problems...)
}
