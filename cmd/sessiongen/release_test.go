package main

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// The release workflow asks .ci/changelog whether a tag has a section, and
// publishes what it prints.
func TestTagWithoutASectionInTheChangelogIsRefused(t *testing.T) {
	needShell(t)
	file := filepath.Join(t.TempDir(), "CHANGELOG.md")
	writeFile(t, file, `# Changelog

## [Unreleased]

## [0.2.0] - 2026-02-01

### Added

- More.

## [0.1.1] - 2026-01-02

## [0.1.0] - 2026-01-01

- The first.

[0.1.0]: https://example.com/
`)
	for version, want := range map[string]string{
		"v0.2.0": "### Added\n\n- More.\n",
		"v0.1.0": "- The first.\n",
		"v0.1.1": "", // nothing in it
		"v0.1":   "",
		"v0.1.2": "",
		"v0a1.0": "",
	} {
		r := command(t, root, nil, "bash", ".ci/changelog", version, file)
		if r.stdout != want || (r.code == 0) != (want != "") || (r.stderr == "") != (want != "") {
			t.Errorf("%s: exit %d\n%s%s", version, r.code, r.stdout, r.stderr)
		}
	}
	if r := command(t, root, nil, "bash", ".ci/changelog", "Unreleased"); r.code != 0 {
		t.Errorf("of CHANGELOG.md: exit %d\n%s", r.code, r.stderr)
	}
	if workflow := readFile(t, filepath.Join(root, ".github", "workflows", "release.yml")); !strings.Contains(workflow, `.ci/changelog "$GITHUB_REF_NAME"`) {
		t.Error("the release workflow does not ask")
	}
}

// Dependabot looks only where it is told to.
func TestDependabotKnowsEveryModule(t *testing.T) {
	config := readFile(t, filepath.Join(root, ".github", "dependabot.yml"))
	listed := map[string]bool{}
	for line := range strings.Lines(config) {
		if folder, ok := strings.CutPrefix(strings.TrimSpace(line), "- /"); ok {
			listed["/"+folder] = true
		}
	}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == "testdata" {
			return err
		}
		if entry.Name() != "go.mod" {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if folder := path.Join("/", filepath.ToSlash(rel)); !listed[folder] {
			t.Errorf("dependabot.yml has no line \"- %s\"", folder)
		} else {
			delete(listed, folder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range listed {
		t.Errorf("dependabot.yml lists %s, which is no module", folder)
	}
}
