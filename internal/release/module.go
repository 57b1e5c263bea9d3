package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// A module is one of the repository.
type module struct {
	path     string
	folder   string // in the repository; "." is its top
	requires map[string]string
	replaces []string // what it replaces
}

// released tells whether users require the module. The others are for tests,
// examples and comparisons.
func (m module) released() bool {
	return m.folder == "." || path.Dir(m.folder) == "contrib"
}

// tag is what makes the go command find a version of the module.
func (m module) tag(version string) string { return path.Join(m.folder, version) }

// findModules reads the go.mod files of a repository that git has.
func findModules(tree place) ([]module, error) {
	files, err := tree.run("git", "ls-files", "go.mod", "*/go.mod")
	if err != nil {
		return nil, err
	}
	var all []module
	for file := range strings.FieldsSeq(files) {
		if strings.Contains(file, "testdata/") {
			continue
		}
		m, err := readModule(tree, path.Dir(file))
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if !slices.ContainsFunc(all, func(m module) bool { return m.folder == "." }) {
		return nil, errors.New("there is no go.mod at the top")
	}
	return all, nil
}

func readModule(tree place, folder string) (module, error) {
	text, err := tree.in(folder).run("go", "mod", "edit", "-json")
	if err != nil {
		return module{}, err
	}
	var file struct {
		Module  struct{ Path string }
		Require []struct{ Path, Version string }
		Replace []struct{ Old struct{ Path string } }
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return module{}, fmt.Errorf("%s/go.mod: %w", folder, err)
	}
	m := module{path: file.Module.Path, folder: folder, requires: map[string]string{}}
	for _, required := range file.Require {
		m.requires[required.Path] = required.Version
	}
	for _, replaced := range file.Replace {
		m.replaces = append(m.replaces, replaced.Old.Path)
	}
	return m, nil
}

// checkModules looks at what go.mod files say to users, who don't see a replace.
func checkModules(r *release) (string, error) {
	own := map[string]module{}
	for _, m := range r.modules {
		own[m.path] = m
	}
	var problems []error
	var names, others []string
	for _, m := range r.modules {
		for required, version := range m.requires {
			needed, ok := own[required]
			switch {
			case !ok:
				continue
			case m.released() && !needed.released():
				problems = append(problems, fmt.Errorf("%s/go.mod requires %s, which is never released: users can't build it", m.folder, required))
			case version != r.version:
				others = append(others, fmt.Sprintf("%s/go.mod requires %s %s", m.folder, required, version))
			}
		}
		if !m.released() {
			continue
		}
		names = append(names, m.path)
		for _, replaced := range m.replaces {
			switch _, ok := own[replaced]; {
			case m.folder == ".":
				problems = append(problems, fmt.Errorf("go.mod replaces %s: go install refuses such a module; remove the line", replaced))
			case !ok:
				problems = append(problems, fmt.Errorf("%s/go.mod replaces %s, which users get unchanged; remove the line", m.folder, replaced))
			}
		}
		if m.folder != "." && m.path != own[r.root()].path+"/"+m.folder {
			problems = append(problems, fmt.Errorf("%s/go.mod names %s, which is another folder", m.folder, m.path))
		}
		if _, err := r.tree.in(m.folder).run("go", "mod", "tidy", "-diff"); err != nil {
			problems = append(problems, fmt.Errorf("%s is not tidy: run go mod tidy in it, and commit\n%w", m.folder, err))
		}
	}
	if len(others) > 0 {
		slices.Sort(others)
		problems = append(problems, fmt.Errorf("%s\nand only a replace, which users don't see, makes that exist: run make release-prepare VERSION=%s, and commit",
			strings.Join(others, "\n"), r.version))
	}
	return strings.Join(names, "\n"), errors.Join(problems...)
}
