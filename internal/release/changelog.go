package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

const (
	changelog  = "CHANGELOG.md"
	unreleased = "## [Unreleased]\n"
)

var (
	sectionHeading = regexp.MustCompile(`(?m)^## \[(\d[^\]]*)\] - (.*)$`)
	comingVersion  = regexp.MustCompile(`(?m)^What (v\d\S*) will have\.\n\n`) // first below Unreleased
)

// chosen returns the version to release: the one that is given, or the one that
// the changelog names first, be it as what the section Unreleased is to become, in
// a line such as "What v0.1.0 will have.", or as a heading.
func chosen(top, given string) (string, error) {
	if given == "" {
		text, err := os.ReadFile(filepath.Join(top, changelog))
		if err != nil {
			return "", err
		}
		given = firstNamed(string(text))
	}
	switch {
	case given == "":
		return "", errors.New("the changelog names no version; give one, such as VERSION=v0.1.0")
	case !semver.IsValid(given) || semver.Canonical(given) != given:
		return "", fmt.Errorf("%q is no version such as v0.1.0", given)
	case semver.Compare(given, "v2.0.0-0") >= 0:
		return "", fmt.Errorf("%s needs module paths that end in /%s", given, semver.Major(given))
	}
	return given, nil
}

func firstNamed(text string) string {
	_, coming, _ := strings.Cut(text, unreleased)
	heading := sectionHeading.FindStringSubmatchIndex(coming)
	if named := comingVersion.FindStringSubmatchIndex(coming); named != nil && (heading == nil || named[0] < heading[0]) {
		return coming[named[2]:named[3]]
	}
	if heading == nil {
		return ""
	}
	return "v" + coming[heading[2]:heading[3]]
}

// section returns what the release workflow publishes.
func (r *release) section() (string, error) {
	return r.tree.run(filepath.Join(r.tree.dir, ".ci", "changelog"), r.version)
}

// checkChangelog checks the version's section, and what must have changed with it.
func checkChangelog(r *release) (string, error) {
	if _, err := r.section(); err != nil {
		return "", fmt.Errorf("%w\nmake release-prepare VERSION=%s does it", err, r.version)
	}
	data, err := os.ReadFile(filepath.Join(r.tree.dir, changelog))
	if err != nil {
		return "", err
	}
	text := string(data)
	var problems []error
	if strings.Count(text, unreleased) != 1 || strings.Index(text, unreleased) > sectionHeading.FindStringIndex(text + "\n## [0] - \n")[0] {
		problems = append(problems, errors.New(`the first section must be "## [Unreleased]", for what comes next`))
	}
	previous := ""
	for _, heading := range sectionHeading.FindAllStringSubmatch(text, -1) {
		version, date := "v"+heading[1], heading[2]
		when, err := time.Parse(time.DateOnly, date)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("the section of %s has %q for a date; write it as 2026-01-31", version, date))
		case when.After(time.Now().Add(24 * time.Hour)): // it is tomorrow elsewhere
			problems = append(problems, fmt.Errorf("the section of %s is of %s, which is to come", version, date))
		}
		if previous != "" && semver.Compare(version, previous) >= 0 {
			problems = append(problems, fmt.Errorf("%s stands below %s; put the newest section first", version, previous))
		}
		previous = version
	}
	for _, line := range links(r.root(), r.last, r.version) {
		if !strings.Contains(text+"\n", "\n"+line+"\n") {
			problems = append(problems, fmt.Errorf("a link at the end is missing, or leads elsewhere; it must be\n%s", line))
		}
	}
	return "", errors.Join(problems...)
}

// links returns the links at the end of the changelog that a release changes.
func links(root, last, version string) []string {
	repository := "https://" + root
	first := fmt.Sprintf("[%s]: %s/releases/tag/%s", version[1:], repository, version)
	if last != "" {
		first = fmt.Sprintf("[%s]: %s/compare/%s...%s", version[1:], repository, last, version)
	}
	return []string{fmt.Sprintf("[Unreleased]: %s/compare/%s...HEAD", repository, version), first}
}
