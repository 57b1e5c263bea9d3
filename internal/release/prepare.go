package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// prepare writes a version into the files that name it. Done twice, it changes
// nothing more.
func prepare(folder, version string, out io.Writer) error {
	top, err := topOf(folder)
	if err != nil {
		return err
	}
	if version, err = chosen(top, version); err != nil {
		return err
	}
	r := release{source: place{dir: top}, version: version}
	if err := r.history(); err != nil {
		return err
	}
	if r.modules, err = findModules(r.source); err != nil {
		return err
	}
	file := filepath.Join(top, changelog)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(dated(string(text), r.root(), r.last, version, time.Now())), 0o666); err != nil {
		return err
	}
	if err := withoutParagraph(filepath.Join(top, "README.md"), beforeRelease); err != nil {
		return err
	}
	for _, m := range r.modules {
		for _, other := range r.modules {
			if _, ok := m.requires[other.path]; !ok {
				continue
			}
			if _, err := r.source.in(m.folder).run("go", "mod", "edit", "-require="+other.path+"@"+version); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(out, "%s is in the changelog and in the go.mod files, and README.md does not say any more that nothing is released. Read git diff, commit, and run\n\n\tmake release-check VERSION=%s\n", version, version)
	return nil
}

// withoutParagraph takes the paragraph that begins with these words out of a page.
func withoutParagraph(file, words string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	paragraph := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(words) + `(?:.+\n)*\n`)
	return os.WriteFile(file, paragraph.ReplaceAll(text, nil), 0o666)
}

var unreleasedLink = regexp.MustCompile(`(?m)^\[Unreleased\]: .*$`)

// dated gives the section Unreleased of a changelog the heading of a version, and
// begins a new one.
func dated(text, root, last, version string, day time.Time) string {
	heading := "## [" + version[1:] + "] - "
	if strings.Contains(text, heading) {
		return text
	}
	text = strings.Replace(text, "What "+version+" will have.\n\n", "", 1)
	text = strings.Replace(text, unreleased, unreleased+"\n"+heading+day.Format(time.DateOnly)+"\n", 1)
	return unreleasedLink.ReplaceAllLiteralString(text, strings.Join(links(root, last, version), "\n"))
}
