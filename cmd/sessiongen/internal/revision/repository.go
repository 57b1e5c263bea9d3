package revision

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A repository is one that git reads.
type repository struct {
	top string   // the folder that git runs in
	env []string // what git gets of the environment
}

// open returns the repository whose top is a folder.
//
// To what it runs, such as a hook, git names one repository, its index and more in
// the environment. That need not be the repository of the folder, and of a linked
// worktree it is not where git finds itself by the folder. So all of it is left out
// that git calls local to a repository. Nothing is lost: the index and the work
// tree aren't read, and the rest is found by the folder. Two things stay:
//
//   - the configuration, which git hands on to submodules as well. It is often
//     given by the environment that a container may read the repository at all.
//   - where the objects are, if that is in this repository: what is pushed is
//     nowhere else before the pre-receive hook ends.
func open(top string) (repository, error) {
	r := repository{top, os.Environ()}
	out, err := r.git(nil, "rev-parse", "--local-env-vars")
	if err != nil {
		return r, err
	}
	local := slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool { return strings.HasPrefix(name, "GIT_CONFIG") })
	r.env = slices.DeleteFunc(r.env, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(local, name)
	})
	objects := os.Getenv(objectsVariable)
	if objects == "" {
		return r, nil
	}
	if own, err := r.has(objects); err != nil || !own {
		return r, err
	}
	r.env = append(r.env, objectsVariable+"="+objects, alternatesVariable+"="+os.Getenv(alternatesVariable))
	return r, nil
}

const (
	objectsVariable    = "GIT_OBJECT_DIRECTORY"
	alternatesVariable = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
)

// has tells whether a folder is in the one of the repository's objects.
func (r repository) has(folder string) (bool, error) {
	out, err := r.git(nil, "rev-parse", "--git-path", "objects")
	if err != nil {
		return false, err
	}
	objects := strings.TrimSuffix(string(out), "\n")
	if !filepath.IsAbs(objects) {
		objects = filepath.Join(r.top, objects)
	}
	within, err := filepath.Rel(resolve(objects), resolve(folder))
	return err == nil && filepath.IsLocal(within), nil
}

// git runs git, and returns what it prints.
func (r repository) git(in io.Reader, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.top
	cmd.Stdin = in
	cmd.Env = r.env
	out, err := cmd.Output()
	exit := (*exec.ExitError)(nil)
	switch {
	case err != nil && !errors.As(err, &exit):
		return nil, fmt.Errorf("-against needs git: %w; install it, or leave -against out", err)
	case err != nil && len(exit.Stderr) > 0:
		return nil, fmt.Errorf("git %s: %s: %w; mend that, or leave -against out", args[0], strings.Join(strings.Fields(string(exit.Stderr)), " "), err)
	}
	return out, err
}
