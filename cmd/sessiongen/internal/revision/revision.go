// Package revision reads files of a git repository as they were.
package revision

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Show returns what a file was in a revision, nil if it was not there. The file
// need not be there any more, but its folder.
func Show(revision, file string) ([]byte, error) {
	dir, name := filepath.Split(file)
	if strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("%q is no revision of git; give one such as origin/main", revision)
	}
	commit, err := git(dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) == 0 {
		return nil, fmt.Errorf("git has no revision %q in the repository of %s; fetch it, or give another", revision, dir)
	}
	if err != nil {
		return nil, err
	}
	at := string(bytes.TrimSpace(commit)) + ":./" + name
	listed, err := git(dir, "ls-tree", "--name-only", string(bytes.TrimSpace(commit)), "--", "./"+name)
	if err != nil || len(listed) == 0 {
		return nil, err
	}
	return git(dir, "show", at)
}

func git(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return nil, fmt.Errorf("git %s: %s: %w; mend that, or leave -against out", args[0], strings.Join(strings.Fields(string(exit.Stderr)), " "), err)
	}
	return out, err
}
