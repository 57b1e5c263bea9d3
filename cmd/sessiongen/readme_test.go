package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A block is a fenced block of the README or of a page in docs/.
type block struct {
	language string
	lines    []string
}

func (b block) text() string { return strings.Join(b.lines, "\n") + "\n" }

// blocksOf returns the blocks of a page in their order.
func blocksOf(t *testing.T, page string) []block {
	var blocks []block
	open := false
	for line := range strings.Lines(readFile(t, page)) {
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

// TestReadmeRuns does what the README shows, in its order: writes its files,
// compiles its code and runs its commands, which must print what it says. Then
// it compiles the code of the pages in docs/, block by block.
func TestReadmeRuns(t *testing.T) {
	t.Parallel()
	shop := newUser(t)
	if err := os.Remove(filepath.Join(shop.dir, "main.go")); err != nil {
		t.Fatal(err)
	}
	shop.run("go", "get", "-tool", modulePath+"/cmd/sessiongen@"+packagedVersion)
	for i, b := range blocksOf(t, filepath.Join(root, "README.md")) {
		switch b.language {
		case "go":
			shop.write(b, fmt.Sprintf("block%d.go", i))
		case "console":
			shop.follow(b)
		case "":
		default:
			t.Errorf("block %d is %q, which no test runs", i, b.language)
		}
	}
	shop.remove("block*.go")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("pages %q, %v", pages, err)
	}
	for _, page := range pages {
		for i, b := range blocksOf(t, page) {
			if b.language != "go" {
				t.Errorf("%s: block %d is %q, which no test runs", page, i, b.language)
				continue
			}
			shop.write(b, "block.go")
			shop.remove("block.go")
		}
	}
}

// remove removes the files that match the pattern.
func (u user) remove(pattern string) {
	u.Helper()
	files, err := filepath.Glob(filepath.Join(u.dir, pattern))
	if err != nil || len(files) == 0 {
		u.Fatalf("files %q, %v", files, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			u.Fatal(err)
		}
	}
}

// write writes a block of code: to the file that its first line names, or else,
// with the imports that it needs, to one of the given name. It must compile.
func (u user) write(b block, name string) {
	u.Helper()
	text := b.text()
	file, named := strings.CutPrefix(b.lines[0], "// ")
	switch {
	case named && strings.HasSuffix(file, ".go"):
		name = file
	default:
		text = "package main\n" + importsOf(text) + text
	}
	writeFile(u.T, filepath.Join(u.dir, name), text)
	if strings.Contains(text, "//go:generate") {
		return // the commands below it generate, or fail to
	}
	u.run("go", "vet", ".")
}

// snippetImports are the packages that the README's pieces of code may use.
var snippetImports = []string{
	"context", "crypto/rand", "fmt", "log/slog", "net/http", "time", modulePath + "/runtime",
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

// follow runs the commands of a block.
func (u user) follow(b block) {
	u.Helper()
	for i := 0; i < len(b.lines); {
		command, ok := strings.CutPrefix(b.lines[i], "$ ")
		if !ok {
			u.Fatalf("output without a command: %q", b.lines[i])
		}
		end := i + 1
		for end < len(b.lines) && !strings.HasPrefix(b.lines[end], "$ ") {
			end++
		}
		u.runReadme(command, b.lines[i+1:end])
		i = end
	}
}

func (u user) runReadme(line string, want []string) {
	u.Helper()
	switch {
	case line == "go run ./examples/quickstart":
		u.visitQuickstart()
		return
	case line == "make test":
		if !regexp.MustCompile(`(?m)^test:`).MatchString(readFile(u.T, filepath.Join(root, "Makefile"))) {
			u.Error("the Makefile has no target test")
		}
		return // which runs this
	case strings.HasPrefix(line, "go mod edit -require"):
		// A clone that lies beside the app.
		if err := os.Symlink(root, filepath.Join(filepath.Dir(u.dir), "sessiongen")); err != nil {
			u.Fatal(err)
		}
	}
	r := command(u.T, u.dir, u.env, "sh", "-c", line)
	if got, want := r.stdout+r.stderr, strings.Join(want, "\n")+"\n"; want != "\n" && got != want {
		u.Errorf("%s printed\n%s\nwant\n%s", line, got, want)
	}
	wantCode := 0
	if line == "go tool sessiongen" {
		wantCode = 2 // it is shown with mistakes
	}
	if r.code != wantCode {
		u.Errorf("%s: exit %d\n%s%s", line, r.code, r.stdout, r.stderr)
	}
}

// visitQuickstart runs the site from the checkout, opens it at the address
// that it prints, and stops it. It is built first, because a signal to go run
// does not reach what it runs.
func (u user) visitQuickstart() {
	u.Helper()
	program := filepath.Join(u.TempDir(), "quickstart")
	if r := command(u.T, root, nil, "go", "build", "-o", program, "./examples/quickstart"); r.code != 0 {
		u.Fatal(r.stderr)
	}
	cmd := exec.Command(program, "-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		u.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		u.Fatal(err)
	}
	address := ""
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		address = regexp.MustCompile(`http://\S+`).FindString(lines.Text())
	}
	response, err := http.Get(address)
	if err != nil {
		u.Errorf("at the address %q: %v", address, err)
	} else {
		response.Body.Close()
		if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/html") {
			u.Errorf("the site answers %s with %s", response.Status, kind)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		u.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		u.Errorf("the site did not stop cleanly: %v", err)
	}
}
