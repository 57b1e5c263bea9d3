package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// A release is what is checked: a commit that has, or may get, the tags of a
// version.
type release struct {
	source  place // the repository
	version string
	commit  string
	tagged  bool
	modules []module
	last    string // the highest release before it; empty for the first one

	temp  string
	tree  place  // a clone at the commit, with all tags that it has or will have
	proxy string // the URL of what pack has packed
	apps  map[string]place
}

// open clones the repository that a folder is in.
func open(folder, version string) (*release, error) {
	top, err := topOf(folder)
	if err != nil {
		return nil, err
	}
	if version, err = chosen(top, version); err != nil {
		return nil, err
	}
	r := &release{source: place{dir: top}, version: version, apps: map[string]place{}}
	if shallow, err := r.source.run("git", "rev-parse", "--is-shallow-repository"); err != nil || strings.TrimSpace(shallow) == "true" {
		return nil, errors.Join(err, errors.New("the clone lacks history, and maybe tags: run git fetch --unshallow --tags"))
	}
	commit, err := r.source.run("git", "rev-parse", "--verify", "--quiet", "refs/tags/"+version+"^{commit}")
	r.tagged = err == nil
	if !r.tagged {
		if commit, err = r.source.run("git", "rev-parse", "HEAD"); err != nil {
			return nil, err
		}
	}
	r.commit = strings.TrimSpace(commit)
	if err := r.history(); err != nil {
		return nil, err
	}
	if r.temp, err = os.MkdirTemp("", "release"); err != nil {
		return nil, err
	}
	if err := r.clone(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(r.temp))
	}
	return r, nil
}

func topOf(folder string) (string, error) {
	top, err := place{dir: folder}.run("git", "rev-parse", "--show-toplevel")
	return strings.TrimSpace(top), err
}

// history finds the last release, of which the commit need not be a child.
func (r *release) history() error {
	tags, err := r.source.run("git", "tag", "--list", "v*")
	if err != nil {
		return err
	}
	for tag := range strings.FieldsSeq(tags) {
		released := semver.IsValid(tag) && semver.Prerelease(tag) == ""
		if released && semver.Compare(tag, r.version) < 0 && semver.Compare(tag, r.last) > 0 {
			r.last = tag
		}
	}
	return nil
}

func (r *release) clone() error {
	r.tree = place{dir: filepath.Join(r.temp, "sessiongen"), env: []string{"GOWORK=off", "GOFLAGS=-trimpath -modcacherw"}} // so that its folder makes no difference to the cache of builds
	if err := (place{dir: r.temp}).all("git clone --quiet --no-checkout "+r.source.dir+" "+r.tree.dir,
		"git -C "+r.tree.dir+" checkout --quiet --detach "+r.commit); err != nil {
		return err
	}
	var err error
	if r.modules, err = findModules(r.tree); err != nil {
		return err
	}
	for _, m := range r.released() {
		if _, err := r.tree.run("git", "tag", "--force", m.tag(r.version), r.commit); err != nil {
			return err
		}
	}
	return nil
}

func (r *release) standing() string {
	if r.tagged {
		return "which has the tag"
	}
	return "which has no tag yet"
}

// checkTree looks at the repository itself. What is not committed is in no
// release, and a tag that was once fetched can't be moved: the module proxy
// keeps what it saw first.
func checkTree(r *release) (string, error) {
	var problems []error
	dirty, err := r.source.run("git", "status", "--porcelain")
	if problems = append(problems, err); dirty != "" {
		problems = append(problems, fmt.Errorf("commit these, or remove them:\n%s", dirty))
	}
	if r.last != "" {
		if _, err := r.source.run("git", "merge-base", "--is-ancestor", r.last, r.commit); err != nil && semver.MajorMinor(r.last) == semver.MajorMinor(r.version) {
			problems = append(problems, fmt.Errorf("%s is no ancestor of it: release a descendant, or what that has fixed is lost", r.last))
		}
	}
	if head, err := r.source.run("git", "rev-parse", "HEAD"); r.tagged && strings.TrimSpace(head) != r.commit {
		problems = append(problems, err, fmt.Errorf("the tag %s is on %.12s, and HEAD is another commit: a published tag never moves, so check it out, or give the next version", r.version, r.commit))
	}
	for _, m := range r.released() {
		commit, err := r.source.run("git", "rev-parse", "--verify", "--quiet", "refs/tags/"+m.tag(r.version)+"^{commit}")
		switch {
		case err == nil && strings.TrimSpace(commit) != r.commit:
			problems = append(problems, fmt.Errorf("the tag %s is on another commit than %.12s: if it is published, give the next version", m.tag(r.version), r.commit))
		case err != nil && r.tagged:
			problems = append(problems, fmt.Errorf("there is no tag %s: run git tag %s %.12s, and push it", m.tag(r.version), m.tag(r.version), r.commit))
		}
	}
	return "", errors.Join(problems...)
}

// released are the modules that users require: the one at the top, then those
// below contrib.
func (r *release) released() []module {
	var all []module
	for _, m := range r.modules {
		if m.released() {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all
}

// root is the path of the module at the top, which begins those of the others.
func (r *release) root() string { return r.released()[0].path }
