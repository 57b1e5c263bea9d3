// Package revision reads files of git repositories as they were.
package revision

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Read returns the files with an extension that were in folders in a revision, by
// their names. The folders may be in several repositories, each of which must have
// the revision.
func Read(revision, ext string, folders []string) (map[string][]byte, error) {
	repositories := map[string][]string{}
	for _, folder := range folders {
		top := topOf(folder)
		repositories[top] = append(repositories[top], folder)
	}
	files := map[string][]byte{}
	for top, folders := range repositories {
		if err := read(revision, ext, top, folders, files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// topOf returns the nearest folder above one that git takes for the top of a
// repository, or the folder itself if there is none.
func topOf(folder string) string {
	for top := folder; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			return top
		}
		if filepath.Dir(top) == top {
			return folder
		}
	}
}

func read(revision, ext, top string, folders []string, files map[string][]byte) error {
	out, err := git(top, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) == 0 {
		return fmt.Errorf("git has no revision %q in the repository at %s; fetch it, or give another", revision, top)
	}
	if err != nil {
		return err
	}
	commit := string(bytes.TrimSpace(out))
	var objects, names []string
	for _, args := range listings(top, folders) {
		listed, err := git(top, nil, append([]string{"ls-tree", "-z", commit}, args...)...)
		if err != nil {
			return err
		}
		for entry := range strings.SplitSeq(string(listed), "\x00") {
			about, name, _ := strings.Cut(entry, "\t")
			if words := strings.Fields(about); len(words) == 3 && strings.HasPrefix(words[0], "100") && path.Ext(name) == ext {
				objects, names = append(objects, words[2]), append(names, filepath.Join(top, name))
			}
		}
	}
	contents, err := contentsOf(top, objects)
	for i, content := range contents {
		files[names[i]] = content
	}
	return err
}

// listings returns the arguments with which git lists what is in the folders: all
// of them at once, but for the top, which has no name.
func listings(top string, folders []string) [][]string {
	var all [][]string
	below := []string{"--"}
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		if within, err := filepath.Rel(top, folder); err != nil || within == "." {
			all = append(all, nil)
		} else {
			below = append(below, filepath.ToSlash(within)+"/")
		}
	}
	if len(below) > 1 {
		all = append(all, below)
	}
	return all
}

// contentsOf returns what objects hold.
func contentsOf(top string, objects []string) ([][]byte, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	out, err := git(top, strings.NewReader(strings.Join(objects, "\n")+"\n"), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	var contents [][]byte
	for r := bufio.NewReader(bytes.NewReader(out)); len(contents) < len(objects); {
		about, err := r.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("git cat-file ends too soon: %w", err)
		}
		words := strings.Fields(about)
		size, err := strconv.Atoi(words[len(words)-1])
		if err != nil {
			return nil, fmt.Errorf("git cat-file says %q", about)
		}
		content := make([]byte, size+1) // and the end of the line
		if _, err := io.ReadFull(r, content); err != nil {
			return nil, fmt.Errorf("git cat-file ends too soon: %w", err)
		}
		contents = append(contents, content[:size])
	}
	return contents, nil
}

func git(dir string, in io.Reader, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stdin = in
	// In a hook, git names one repository, which need not be that of the folder.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GIT_DIR=") || strings.HasPrefix(v, "GIT_WORK_TREE=") || strings.HasPrefix(v, "GIT_INDEX_FILE=")
	})
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
