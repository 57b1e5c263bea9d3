package main

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced     = regexp.MustCompile("(?ms)^```.*?^```$")
	inlineCode = regexp.MustCompile("`+[^`]+`+")
	linked     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ +(.+)$`)
)

// TestLinksLeadSomewhere follows every link between files of the repository:
// the file must exist and, for one with an anchor, the heading in it.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		text := inlineCode.ReplaceAllString(fenced.ReplaceAllString(readFile(t, filepath.Join(root, page)), ""), "")
		for _, match := range linked.FindAllStringSubmatch(text, -1) {
			if err := follow(page, match[1]); err != "" {
				t.Errorf("%s: (%s): %s", page, match[1], err)
			}
		}
	}
}

// follow returns what is wrong with a link, if anything is. Links to other sites
// are not followed.
func follow(page, link string) (problem string) {
	target, err := url.Parse(link)
	switch {
	case err != nil:
		return err.Error()
	case target.Scheme != "":
		return ""
	case strings.HasPrefix(target.Path, "/"):
		return "it begins at the root of a site; write it relative to the page"
	}
	file := page
	if target.Path != "" {
		file = path.Join(path.Dir(page), target.Path)
	}
	name := filepath.Join(root, filepath.FromSlash(file))
	if _, err := os.Stat(name); err != nil {
		return "there is no such file"
	}
	if target.Fragment == "" {
		return ""
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	if !slices.Contains(anchors(string(text)), target.Fragment) {
		return "no heading there has that anchor"
	}
	return ""
}

// anchors returns the anchors that GitHub gives to the headings of a page.
func anchors(text string) []string {
	var all []string
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1]))
	}
	return all
}

// TestReadmeLeadsToEveryPage keeps pages from lying where nobody finds them.
func TestReadmeLeadsToEveryPage(t *testing.T) {
	readme := readFile(t, filepath.Join(root, "README.md"))
	for _, page := range pages(t) {
		if page != "README.md" && !strings.Contains(readme, "]("+page) {
			t.Errorf("the README does not link to %s", page)
		}
	}
}

// TestTestsNamedInPagesExist holds the pages to the tests that they call upon.
func TestTestsNamedInPagesExist(t *testing.T) {
	exists := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		for _, match := range declared.FindAllStringSubmatch(readFile(t, name), -1) {
			exists[match[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages(t) {
		text := fenced.ReplaceAllString(readFile(t, filepath.Join(root, page)), "")
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`).FindAllString(text, -1) {
			if !exists[name] {
				t.Errorf("%s: there is no %s", page, name)
			}
		}
	}
}
