package main

import (
	"errors"
	"fmt"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/mod/semver"
	"golang.org/x/tools/go/packages"
)

// An incompatibility is a change of a package by which code that uses it may no
// longer compile.
type incompatibility struct {
	name    string // as the changelog has to write it, such as Config.Keys
	message string
}

// checkAPI compares the released modules with the last release. A release that
// breaks code has a new minor number as long as the major one is 0, and names what
// it breaks below Changed or Removed in the changelog. From v1 on there is none.
func checkAPI(r *release) (string, error) {
	if r.last == "" {
		return "this is the first release: nothing to compare with", nil
	}
	old := place{dir: filepath.Join(r.temp, "last"), env: r.tree.env}
	if err := r.tree.all("git clone --quiet --no-checkout "+r.source.dir+" "+old.dir,
		"git -C "+old.dir+" checkout --quiet --detach "+r.last); err != nil {
		return "", err
	}
	before, err := findModules(old)
	if err != nil {
		return "", err
	}
	var broken []incompatibility
	var lines []string
	for _, m := range before {
		if !m.released() {
			continue
		}
		now := slices.IndexFunc(r.released(), func(n module) bool { return n.path == m.path })
		if now < 0 {
			broken = append(broken, incompatibility{m.folder, "module " + m.path + ": removed"})
			continue
		}
		found, added, err := compare(m.path, old.in(m.folder), r.tree.in(r.released()[now].folder))
		if err != nil {
			return "", err
		}
		broken = append(broken, found...)
		lines = append(lines, fmt.Sprintf("%s: %d incompatible and %d compatible changes since %s", m.path, len(found), added, r.last))
	}
	return strings.Join(lines, "\n"), r.excused(broken)
}

// excused returns an error for what the version may not break, or does not name.
func (r *release) excused(broken []incompatibility) error {
	if len(broken) == 0 {
		return nil
	}
	var problems []error
	switch stable := semver.Major(r.version) != "v0"; {
	case stable:
		problems = append(problems, fmt.Errorf("%s may break nothing", r.version))
	case semver.MajorMinor(r.version) == semver.MajorMinor(r.last):
		problems = append(problems, fmt.Errorf("what breaks code needs a new minor number, as in v0.2.0, and %s follows %s", r.version, r.last))
	}
	all := len(problems) > 0
	section, _ := r.section() // checkChangelog tells if there is none
	admitted := admissions(section)
	for _, b := range broken {
		named := regexp.MustCompile(`(^|[^\w.])([a-z]\w*\.)?` + regexp.QuoteMeta(b.name) + `($|\W)`).MatchString(admitted)
		switch {
		case !named:
			problems = append(problems, fmt.Errorf("%s\n\tname %s below Changed or Removed in the changelog, with what to write instead", b.message, b.name))
		case all:
			problems = append(problems, errors.New(b.message))
		}
	}
	return errors.Join(problems...)
}

// admissions returns the parts of a section of the changelog that tell what
// breaks.
func admissions(section string) string {
	var admitted strings.Builder
	for part := range strings.SplitSeq("\n"+section, "\n### ") {
		if strings.HasPrefix(part, "Changed\n") || strings.HasPrefix(part, "Removed\n") {
			admitted.WriteString(part)
		}
	}
	return admitted.String()
}

// compare loads the public packages of a module in two places.
func compare(module string, before, now place) (broken []incompatibility, added int, err error) {
	olds, err := public(before)
	if err != nil {
		return nil, 0, err
	}
	news, err := public(now)
	if err != nil {
		return nil, 0, err
	}
	for path, old := range olds {
		short := strings.TrimPrefix(path, module+"/")
		if news[path] == nil {
			broken = append(broken, incompatibility{short, "package " + path + ": removed"})
			continue
		}
		for _, change := range apidiff.Changes(old, news[path]).Changes {
			if change.Compatible {
				added++
				continue
			}
			broken = append(broken, incompatibility{subject(change.Message), path + ": " + change.Message})
		}
	}
	for path := range news {
		if olds[path] == nil {
			added++
		}
	}
	slices.SortFunc(broken, func(a, b incompatibility) int { return strings.Compare(a.message, b.message) })
	return broken, added, nil
}

// subject returns what a message of apidiff is about, as one writes it: of
// "(*Session).Renew: changed from ..." it is Session.Renew.
func subject(message string) string {
	name, _, _ := strings.Cut(message, ":")
	name, _, _ = strings.Cut(name, ",")
	return strings.NewReplacer("(", "", ")", "", "*", "").Replace(name)
}

// public returns the packages of the module at p that others can import.
func public(p place) (map[string]*types.Package, error) {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadTypes, Dir: p.dir, Env: p.environ()}, "./...")
	if err != nil {
		return nil, err
	}
	all := map[string]*types.Package{}
	for _, pkg := range loaded {
		if len(pkg.Errors) > 0 {
			return nil, fmt.Errorf("%s does not compile: %w", pkg.PkgPath, pkg.Errors[0])
		}
		if pkg.Name != "main" && !slices.Contains(strings.Split(pkg.PkgPath, "/"), "internal") {
			all[pkg.PkgPath] = pkg.Types
		}
	}
	return all, nil
}
