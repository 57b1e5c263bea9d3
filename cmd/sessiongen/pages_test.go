package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// pages returns the Markdown pages of the repository, relative to its root.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, filepath.ToSlash(rel))
		}
	}
	if !slices.Contains(all, "README.md") {
		t.Fatalf("the pages are %q", all)
	}
	return all
}

// A block is a fenced block of a page.
type block struct {
	language string
	lines    []string
}

func (b block) text() string { return strings.Join(b.lines, "\n") + "\n" }

// blocksOf returns the blocks of a page in their order.
func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	var blocks []block
	open := false
	for line := range strings.Lines(readFile(t, filepath.Join(root, page))) {
		line = strings.TrimSuffix(line, "\n")
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			blocks = append(blocks, block{language: language})
			open = true
		case fence:
			open = false
		case open:
			last := &blocks[len(blocks)-1]
			last.lines = append(last.lines, line)
		}
	}
	return blocks
}

func TestReadmeIsShort(t *testing.T) {
	text := readFile(t, filepath.Join(root, "README.md"))
	if lines := strings.Count(text, "\n"); lines > 200 || len(text) > 10<<10 {
		t.Errorf("%d lines and %d bytes: more than 200 lines or 10 KB; move something to docs", lines, len(text))
	}
}

// What the README begins with is an example that can be run, too.
func TestReadmeBeginsWithTheMinimalExample(t *testing.T) {
	program := blocksOf(t, "README.md")[0].text()
	for page, text := range map[string]string{
		"main.go":      strings.Replace(program, "package main // main.go\n", "package main\n", 1),
		"main_test.go": blockWith(t, "README.md", "func TestPageCountsVisits"),
	} {
		if file := readFile(t, filepath.Join(root, "examples/minimal", page)); !strings.HasSuffix(file, "\n"+text) {
			t.Errorf("examples/minimal/%s does not end with\n%s", page, text)
		}
	}
}

func blockWith(t *testing.T, page, part string) string {
	t.Helper()
	for _, b := range blocksOf(t, page) {
		if strings.Contains(b.text(), part) {
			return b.text()
		}
	}
	t.Fatalf("%s has no block with %s", page, part)
	return ""
}

// followPages does what the pages show, in their order: writes their files,
// compiles their code and runs their commands, which must print what is shown.
// The README begins with nothing, not even a go.mod. The other pages are about
// one app, whose declaration is in docs/declaring.md, in the module that the
// README has made.
func followPages(shop user) {
	needShell(shop.T)
	shop.removeBut(nil)
	shop.show("README.md")
	shop.removeBut([]string{"go.mod", "go.sum"})

	declaration := blocksOf(shop.T, "docs/declaring.md")[0]
	shop.write("docs/declaring.md", declaration, "")
	shop.run("go", "generate")
	declared := shop.files()
	mod, sum := filepath.Join(shop.dir, "go.mod"), filepath.Join(shop.dir, "go.sum")
	modules, sums := readFile(shop.T, mod), readFile(shop.T, sum)
	for _, page := range pages(shop.T) {
		if page != "README.md" {
			shop.show(page)
			shop.removeBut(declared)
			writeFile(shop.T, mod, modules)
			writeFile(shop.T, sum, sums)
		}
	}
}

// needShell skips where scripts, and the commands of the pages, can't run.
func needShell(t *testing.T) {
	t.Helper()
	if goruntime.GOOS == "windows" {
		leftout.Say("there is no Unix shell, so what needs one is skipped")
		t.Skip("skipped, needs a Unix shell")
	}
}

// files returns the names of the files in the folder.
func (u user) files() []string {
	u.Helper()
	names, err := filepath.Glob(filepath.Join(u.dir, "*"))
	if err != nil {
		u.Fatal(err)
	}
	for i, name := range names {
		names[i] = filepath.Base(name)
	}
	return names
}

func (u user) remove(file string) {
	u.Helper()
	if err := os.Remove(filepath.Join(u.dir, file)); err != nil {
		u.Fatal(err)
	}
}

// removeBut removes the files that are not among those to keep.
func (u user) removeBut(keep []string) {
	u.Helper()
	for _, file := range u.files() {
		if !slices.Contains(keep, file) {
			u.remove(file)
		}
	}
}

// show does what a page shows. The code of several blocks in a row is compiled,
// and its tests run, together.
func (u user) show(page string) {
	u.Helper()
	blocks := blocksOf(u.T, page)
	verb := "" // of the go command that checks what was written since the last time
	check := func() {
		u.Helper()
		if verb == "vet" || verb == "test" && *torture { // which does more than go test lets it
			u.run("go", "vet", ".")
		}
		if verb == "test" {
			u.run("go", "test", "-vet=off", ".")
		}
		verb = ""
	}
	for i, b := range blocks {
		others := slices.Delete(slices.Clone(blocks), i, i+1)
		switch b.language {
		case "go":
			if !u.excerpt(page, b, others) {
				if v := u.write(page, b, fmt.Sprintf("block%d", i)); v != "" && verb != "test" {
					verb = v
				}
			}
		case "console":
			switch {
			case within(b, others):
			case slices.Contains(b.lines, "$ go generate"):
				u.follow(page, b) // before it, the code lacks what is generated
				check()
			default:
				check()
				u.follow(page, b)
			}
		case "yaml", "makefile":
			check()
			u.guard(page, b)
		case "", "text":
		case "lua": // memcached's proxy runs it, in the module faults
		default:
			u.Errorf("%s: block %d is %q, which no test runs", page, i, b.language)
		}
	}
	check()
}

// excerpt tells whether a block is a part of another one of its page, or of the
// file of the repository that its first line names.
func (u user) excerpt(page string, b block, others []block) bool {
	u.Helper()
	if file, ok := strings.CutPrefix(b.lines[0], "// "); ok && strings.Contains(file, "/") && strings.HasSuffix(file, ".go") {
		part := strings.TrimLeft(strings.Join(b.lines[1:], "\n"), "\n")
		if !strings.Contains(readFile(u.T, filepath.Join(root, file)), part) {
			u.Errorf("%s: %s does not contain\n%s", page, file, part)
		}
		return true
	}
	return within(b, others)
}

// within tells whether a block is a part of a longer one in its language, with
// which it is compiled or run.
func within(b block, others []block) bool {
	return slices.ContainsFunc(others, func(other block) bool {
		longer := other.language == b.language && len(other.lines) > len(b.lines)
		return longer && strings.Contains("\n"+other.text(), "\n"+b.text())
	})
}

// fileComment is at the end of the first line of a whole file.
var fileComment = regexp.MustCompile(`^package main // (\w+\.go)$`)

// write writes a block of code: to the file that its first line names, or else,
// with the imports that it needs, to one of the given name. It returns the verb
// of the go command that checks it: test for a test, which is vetted, too, and
// nothing for what is still to be generated.
func (u user) write(page string, b block, name string) (verb string) {
	u.Helper()
	text := b.text()
	verb = "vet"
	if regexp.MustCompile(`(?m)^func Test`).MatchString(text) {
		verb, name = "test", name+"_test"
	}
	if named := fileComment.FindStringSubmatch(b.lines[0]); named != nil {
		name = named[1]
	} else {
		text = fmt.Sprintf("// From %s.\n\npackage main\n", page) + importsOf(text) + text
		name += ".go"
	}
	writeFile(u.T, filepath.Join(u.dir, name), text)
	if strings.Contains(text, "//go:generate") {
		return "" // the commands below it generate, or fail to
	}
	return verb
}

// snippetImports are the packages that the pages' pieces of code may use.
var snippetImports = []string{
	"context", "crypto/rand", "crypto/tls", "crypto/x509", "encoding/base64", "encoding/json", "errors", "expvar", "fmt", "html/template", "io", "log", "log/slog", "net/http", "slices",
	"net/http/cookiejar", "net/http/httptest", "net/url", "os", "strings", "testing", "testing/synctest", "time", modulePath + "/runtime",
	modulePath + "/runtime/discovery", modulePath + "/runtime/gentest", modulePath + "/runtime/inspect", modulePath + "/runtime/sessiontest", modulePath + "/runtime/storetest",
}

func importsOf(code string) string {
	var imports strings.Builder
	for _, path := range snippetImports {
		name := path[strings.LastIndex(path, "/")+1:]
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).MatchString(code) {
			fmt.Fprintf(&imports, "import %q\n", path)
		}
	}
	return imports.String()
}
