package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// follow runs the commands of a block, which must print what it shows.
func (u user) follow(page string, b block) {
	u.Helper()
	for i := 0; i < len(b.lines); {
		line, ok := strings.CutPrefix(b.lines[i], "$ ")
		if !ok {
			u.Fatalf("%s: output without a command: %q", page, b.lines[i])
		}
		end := i + 1
		for end < len(b.lines) && !strings.HasPrefix(b.lines[end], "$ ") {
			end++
		}
		u.do(page, line, b.lines[i+1:end])
		i = end
	}
}

func (u user) do(page, line string, want []string) {
	u.Helper()
	switch words := strings.Fields(line); {
	case line == "go run ./examples/quickstart":
		u.visitQuickstart()
		return
	case line == "go run .":
		u.visitShop()
		return
	case words[0] == "make":
		u.checkMake(page, line, words[1:])
		return
	case strings.Contains(line, "-vettool=") && !*torture:
		return // TestVet runs it, with the same tool as its other commands
	case strings.HasPrefix(line, "go test ./"):
		u.checkGoTest(page, line, words[2:])
		return
	case strings.HasSuffix(line, " -against origin/main ./..."):
		u.protect()
		defer os.RemoveAll(filepath.Join(u.dir, ".git"))
	case strings.HasPrefix(line, "go mod edit -require"):
		// A clone that lies beside the app.
		if err := os.Symlink(root, filepath.Join(filepath.Dir(u.dir), "sessiongen")); err != nil {
			u.Fatal(err)
		}
	}
	env := u.env
	if strings.Contains(line, "vet") {
		env = append(slices.Clip(env), "GOFLAGS=-trimpath") // so that the tool reads the standard library once for all tests
	}
	r := command(u.T, u.dir, env, "sh", "-c", line)
	if got, want := r.stdout+r.stderr, strings.Join(want, "\n")+"\n"; want != "\n" && got != want {
		u.Errorf("%s: %s printed\n%s\nwant\n%s", page, line, got, want)
	}
	wantCode := 0
	switch { // shown with mistakes
	case line == "go tool sessiongen":
		wantCode = 2
	case line == "go tool sessiongen vet ./..." && len(want) > 0:
		wantCode = 1
	}
	if r.code != wantCode {
		u.Errorf("%s: %s: exit %d\n%s%s", page, line, r.code, r.stdout, r.stderr)
	}
}

// checkMake checks that the Makefile has the targets and the variables. Running
// them takes too long, and one of them runs this.
func (u user) checkMake(page, line string, words []string) {
	u.Helper()
	makefile := readFile(u.T, filepath.Join(root, "Makefile"))
	for _, word := range words {
		pattern := `(?m)^` + regexp.QuoteMeta(word) + `:`
		if variable, _, ok := strings.Cut(word, "="); ok {
			pattern = `(?m)^` + regexp.QuoteMeta(variable) + ` =`
		}
		if !regexp.MustCompile(pattern).MatchString(makefile) {
			u.Errorf("%s: %s: the Makefile has no %s", page, line, word)
		}
	}
}

// checkGoTest checks that a command of the repository's own tests names
// packages and tests that exist.
func (u user) checkGoTest(page, line string, words []string) {
	u.Helper()
	for i, word := range words {
		if word == "-run" {
			pattern, _, _ := strings.Cut(words[i+1], "/")
			r := command(u.T, root, nil, "go", "test", "-vet=off", "-list", strings.Trim(pattern, "'"), words[0])
			if !strings.Contains(r.stdout, "Test") {
				u.Errorf("%s: %s: no such test\n%s%s", page, line, r.stdout, r.stderr)
			}
		}
	}
	if r := command(u.T, root, nil, "go", "list", words[0]); r.code != 0 {
		u.Errorf("%s: %s: %s", page, line, r.stderr)
	}
}

// visitShop builds the program, with another address than the one that it has,
// and visits it twice, with a browser that asks for an icon in between.
func (u user) visitShop() {
	u.Helper()
	const address = "localhost:8080"
	source := filepath.Join(u.dir, "main.go")
	text := readFile(u.T, source)
	if !strings.Contains(text, address) {
		u.Errorf("main.go does not listen on %s", address)
	}
	free := freeAddress(u)
	writeFile(u.T, source, strings.ReplaceAll(text, address, free))
	program := filepath.Join(u.TempDir(), "shop")
	u.run("go", "build", "-o", program, ".")
	writeFile(u.T, source, text)

	cmd := exec.Command(program)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		u.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	jar, err := cookiejar.New(nil)
	if err != nil {
		u.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	for _, step := range [][2]string{{"/", "Visit number 1\n"}, {"/favicon.ico", "404 page not found\n"}, {"/", "Visit number 2\n"}} {
		path, want := step[0], step[1]
		if got := u.get(browser, "http://"+free+path); got != want {
			u.Errorf("the program answers %s with %q, want %q", path, got, want)
		}
	}
}

// freeAddress returns an address of this machine that nobody listens on.
func freeAddress(u user) string {
	u.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		u.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// get returns a page of a program that may not have opened its port yet.
func (u user) get(browser *http.Client, url string) string {
	u.Helper()
	for patience := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		response, err := browser.Get(url)
		if err != nil && time.Now().Before(patience) {
			continue
		}
		if err != nil {
			u.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			u.Fatal(err)
		}
		return string(body)
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
