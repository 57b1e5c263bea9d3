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
// the names that they have in the folders as these are given. The folders may be in
// several repositories, each of which must have the revision.
func Read(revision, ext string, folders []string) (map[string][]byte, error) {
	asked := map[string][]string{}
	repositories := map[string][]string{}
	for _, folder := range folders {
		// Git has a link, and nothing below it.
		within := resolve(folder)
		top := topOf(within)
		repositories[top] = append(repositories[top], within)
		asked[within] = append(asked[within], folder)
	}
	found := map[string][]byte{}
	for top, folders := range repositories {
		if err := read(revision, ext, top, folders, found); err != nil {
			return nil, err
		}
	}
	files := map[string][]byte{}
	for name, content := range found {
		for _, folder := range asked[filepath.Dir(name)] {
			files[filepath.Join(folder, filepath.Base(name))] = content
		}
	}
	return files, nil
}

// resolve returns a folder's name without symbolic links. The folder need not be
// there any more.
func resolve(folder string) string {
	if name, err := filepath.EvalSymlinks(folder); err == nil {
		return name
	}
	parent := filepath.Dir(folder)
	if parent == folder {
		return folder
	}
	return filepath.Join(resolve(parent), filepath.Base(folder))
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
	r, err := open(top)
	if err != nil {
		return err
	}
	out, err := r.git(nil, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && len(exit.Stderr) == 0 {
		return fmt.Errorf("git has no revision %q in the repository at %s; fetch it, or give another", revision, top)
	}
	if err != nil {
		return err
	}
	commit := string(bytes.TrimSpace(out))
	var objects, names []string
	for _, args := range listings(top, folders) {
		listed, err := r.git(nil, append([]string{"ls-tree", "-z", commit}, args...)...)
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
	contents, err := r.contentsOf(objects)
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
func (r repository) contentsOf(objects []string) ([][]byte, error) {
	if len(objects) == 0 {
		return nil, nil
	}
	out, err := r.git(strings.NewReader(strings.Join(objects, "\n")+"\n"), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	return parseBatch(out, len(objects))
}

// parseBatch returns what a number of objects hold, as git prints them.
func parseBatch(out []byte, objects int) ([][]byte, error) {
	var contents [][]byte
	for r := bufio.NewReader(bytes.NewReader(out)); len(contents) < objects; {
		about, err := r.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("git cat-file ends too soon: %w", err)
		}
		words := strings.Fields(about)
		if len(words) != 3 {
			return nil, fmt.Errorf("git cat-file says %q", about)
		}
		size, err := strconv.Atoi(words[2])
		if err != nil || size < 0 {
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
