package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences, by their SPDX identifiers, that ask of users no more
// than to pass on the notice. Another one needs a decision, and then a line here.
var allowed = []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unlicense"}

// systems are those for which users build: what they import differs.
var systems = []string{"linux", "darwin", "windows"}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`)

// legible is the part of a file, in percent, that must be the text of licences
// that are known.
const legible = 75

// checkLicences looks at all modules of which users build a package, ours
// included. What only tests of other modules need is not among them.
func checkLicences(r *release) (string, error) {
	users := map[string][]string{} // of a folder below a line for its module
	for _, m := range r.released() {
		app, err := r.app(m)
		if err != nil {
			return "", err
		}
		for _, system := range systems {
			here := app
			here.env = append(slices.Clip(app.env), "GOOS="+system, "CGO_ENABLED=0")
			built, err := here.run("go", "list", "-deps", "-f", `{{with .Module}}{{.Path}}@{{.Version}} {{.Dir}} {{$.Dir}}{{end}}`, m.path+"/...")
			if err != nil {
				return "", err
			}
			for line := range strings.Lines(built) {
				if line = strings.TrimSpace(line); line != "" && !slices.Contains(users[line], m.folder) {
					users[line] = append(users[line], m.folder)
				}
			}
		}
	}
	return tabulate(users)
}

// tabulate returns a line for each module: its licences, and which folders'
// modules need it.
func tabulate(users map[string][]string) (string, error) {
	licences, needed := map[string][]string{}, map[string][]string{}
	var problems []error
	for line, folders := range users {
		words := strings.Fields(line)
		found, err := licencesOf(words[1], words[2])
		if err != nil {
			problems = append(problems, fmt.Errorf("%s, which %s needs: %w", words[0], strings.Join(folders, " and "), err))
		}
		licences[words[0]] = append(licences[words[0]], found...)
		needed[words[0]] = append(needed[words[0]], folders...)
	}
	var table []string
	for module, found := range licences {
		table = append(table, fmt.Sprintf("%-60s %-26s %s", module, strings.Join(unique(found), ", "), strings.Join(unique(needed[module]), " ")))
	}
	slices.Sort(table)
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	problems = slices.CompactFunc(problems, func(a, b error) bool { return a.Error() == b.Error() })
	return strings.Join(table, "\n"), errors.Join(problems...)
}

// licencesOf returns the licences of a package: those in its folder, and in the
// folders above it up to the top of its module, which must have one.
func licencesOf(module, folder string) ([]string, error) {
	var all []string
	for {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() || !licenceFile.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
				continue
			}
			found, err := read(filepath.Join(folder, entry.Name()))
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		if folder == module {
			break
		}
		folder = filepath.Dir(folder)
	}
	if len(all) == 0 {
		return nil, errors.New("has no file with a licence: do without it")
	}
	return unique(all), nil
}

// read returns the licences whose texts are in a file.
func read(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found []string
	coverage := licensecheck.Scan(text)
	for _, match := range coverage.Match {
		if match.IsURL {
			continue
		}
		if !slices.Contains(allowed, match.ID) {
			return nil, fmt.Errorf("its %s is %s, which licences.go does not allow: do without it, or decide that users can live with it", filepath.Base(file), match.ID)
		}
		found = append(found, match.ID)
	}
	if len(found) == 0 || coverage.Percent < legible {
		return nil, fmt.Errorf("%.0f %% of its %s is the text of a known licence: do without it, or read it and decide", coverage.Percent, filepath.Base(file))
	}
	return found, nil
}

func unique(all []string) []string {
	all = slices.Clone(all)
	slices.Sort(all)
	return slices.Compact(all)
}
