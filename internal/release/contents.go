package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

const (
	largestZip  = 4 << 20 // what every user downloads
	largestFile = 1 << 20
)

// leftover matches files that come into a repository by mistake.
var leftover = regexp.MustCompile(`(^|/)(\.DS_Store|\.env|\.netrc|core|.*~|.*\.(orig|rej|swp|bak|tmp|log|test|prof|out|exe|so|dll|a|o|pem|key|p12))$`)

// programs are what the files of compiled programs begin with.
var programs = []string{"\x7fELF", "MZ", "!<arch>\n", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "\x00asm"}

// checkContents looks into what users download.
func checkContents(r *release) (string, error) {
	if err := r.pack(); err != nil {
		return "", err
	}
	var lines []string
	var problems []error
	for _, m := range r.released() {
		archive, err := zip.OpenReader(r.zipOf(m))
		if err != nil {
			return "", err
		}
		size := int64(0)
		var names []string
		for _, file := range archive.File {
			name := strings.TrimPrefix(file.Name, m.path+"@"+r.version+"/")
			names = append(names, name)
			size += int64(file.CompressedSize64)
			problem, err := misplaced(name, file)
			if err != nil {
				return "", err
			}
			if problem != "" {
				problems = append(problems, fmt.Errorf("%s in %s %s; remove it from the repository, or let contents.go allow it", name, m.path, problem))
			}
		}
		if err := archive.Close(); err != nil {
			return "", err
		}
		if !slices.Contains(names, "LICENSE") {
			problems = append(problems, fmt.Errorf("%s has no LICENSE: write one at the top of the repository, or in its folder", m.path))
		}
		if size > largestZip {
			problems = append(problems, fmt.Errorf("%s has %d KiB to download, more than %d", m.path, size>>10, largestZip>>10))
		}
		lines = append(lines, fmt.Sprintf("%s: %d files, %d KiB", m.path, len(names), size>>10))
	}
	return strings.Join(lines, "\n"), errors.Join(problems...)
}

// misplaced returns why a file should not be in a module, if there is a reason.
func misplaced(name string, file *zip.File) (string, error) {
	switch {
	case leftover.MatchString(name):
		return "is no part of the source by its name", nil
	case file.UncompressedSize64 > largestFile:
		return fmt.Sprintf("has %d KiB", file.UncompressedSize64>>10), nil
	}
	f, err := file.Open()
	if err != nil {
		return "", err
	}
	defer f.Close()
	start := make([]byte, 8)
	n, err := io.ReadFull(f, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", err
	}
	for _, magic := range programs {
		if bytes.HasPrefix(start[:n], []byte(magic)) {
			return "is a compiled program", nil
		}
	}
	return "", nil
}
