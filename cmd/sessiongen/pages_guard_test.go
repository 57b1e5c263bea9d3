package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sessiongen/sessiongen/internal/leftout"
)

// guard does what a block sets up to tell when generated code is stale, be it a
// workflow, a hook or a Makefile. It must pass as the module is, fail when the
// declaration has changed, and name the file that is stale.
func (u user) guard(page string, b block) {
	u.Helper()
	run := u.guardian(page, b)
	defer os.RemoveAll(filepath.Join(u.dir, ".git"))
	if run == nil {
		return
	}
	if r := run(); r.code != 0 {
		u.Errorf("%s: what is up to date fails\n%s%s%s", page, b.text(), r.stdout, r.stderr)
	}
	name := filepath.Join(u.dir, "session.go")
	declaration := readFile(u.T, name)
	changed := strings.Replace(declaration, "\tVisits int\n", "\tVisits int\n\tMore   int\n", 1)
	writeFile(u.T, name, changed)
	r := run()
	if changed == declaration || r.code == 0 || !strings.Contains(r.stdout, "+++ session_gen.go") {
		u.Errorf("%s: exit %d of what is stale\n%s%s%s", page, r.code, b.text(), r.stdout, r.stderr)
	}
	writeFile(u.T, name, declaration)
	if !strings.Contains(b.text(), "-format github") {
		return
	}
	page = readFile(u.T, filepath.Join(root, page))
	for line := range strings.Lines(r.stderr) {
		if strings.HasPrefix(line, "::") && !strings.Contains(page, "\n"+line) {
			u.Errorf("the page does not show %s", line)
		}
	}
	if !strings.Contains(r.stderr, "::error file=session_gen.go,") {
		u.Errorf("no annotation: %s", r.stderr)
	}
}

// guardian returns what runs a block as its program would.
func (u user) guardian(page string, b block) func() result {
	u.Helper()
	switch file := strings.TrimPrefix(b.lines[0], "# "); {
	case b.language == "makefile":
		return u.makefile(b)
	case strings.HasPrefix(file, ".github/workflows/"):
		u.checkActions(page, b)
		steps := values(b, "- run")
		if len(steps) == 0 {
			u.Fatalf("%s: nothing to run in %s", page, file)
		}
		u.protect()
		env := append(slices.Clip(u.env), "GITHUB_WORKSPACE="+u.dir, "GITHUB_BASE_REF=main")
		return func() result { return command(u.T, u.dir, env, "sh", "-ec", strings.Join(steps, "\n")) }
	case file == ".pre-commit-config.yaml":
		return u.hook(page, b)
	}
	u.Fatalf("%s: no test runs\n%s", page, b.text())
	return nil
}

// protect makes a repository of the folder, with a branch main of another one that
// has what is there.
func (u user) protect() {
	u.Helper()
	git(u.T, u.dir, "init", "-q")
	commit(u.T, u.dir)
	git(u.T, u.dir, "update-ref", "refs/remotes/origin/main", "HEAD")
}

// values returns what a key has in a block of YAML, each time on a single line.
func values(b block, key string) []string {
	var found []string
	for _, line := range b.lines {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+": "); ok {
			found = append(found, strings.Trim(value, "'"))
		}
	}
	return found
}

// checkActions checks that a workflow uses the versions that the repository's
// own ones do, which Dependabot keeps.
func (u user) checkActions(page string, b block) {
	u.Helper()
	own := readFile(u.T, filepath.Join(root, ".github", "workflows", "ci.yml"))
	for _, use := range values(b, "- uses") {
		action, version, _ := strings.Cut(use, "@")
		if !regexp.MustCompile(regexp.QuoteMeta(action) + `@\w+ # ` + regexp.QuoteMeta(version) + `\.`).MatchString(own) {
			u.Errorf("%s: ci.yml does not use %s", page, use)
		}
	}
}

// hook returns what runs a hook as pre-commit does: without a shell, and with
// the names of the files that are committed unless it is told not to pass them.
func (u user) hook(page string, b block) func() result {
	u.Helper()
	one := func(key string) string {
		u.Helper()
		found := values(b, key)
		if len(found) != 1 {
			u.Fatalf("%s: %q for %s of the hook", page, found, key)
		}
		return found[0]
	}
	if one("language") != "system" {
		u.Errorf("%s: the hook's language is not system", page)
	}
	files := regexp.MustCompile(one("files"))
	for name, want := range map[string]bool{"session.go": true, "session.schema": true, "model/item.go": true, "go.mod": true, "page.html": false} {
		if files.MatchString(name) != want {
			u.Errorf("%s: for %s the hook runs: %t", page, name, !want)
		}
	}
	words := strings.Fields(one("entry"))
	if one("pass_filenames") != "false" {
		words = append(words, "go.mod", "session.go")
	}
	return func() result { return command(u.T, u.dir, u.env, words[0], words[1:]...) }
}

// makefile returns what runs the check of a Makefile, after its other targets.
func (u user) makefile(b block) func() result {
	u.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		leftout.Say("there is no make, so what needs it is skipped")
		u.Logf("no Makefile is run: %v", err)
		return nil
	}
	writeFile(u.T, filepath.Join(u.dir, "Makefile"), b.text())
	if r := command(u.T, u.dir, u.env, "make", "generate"); r.code != 0 {
		u.Errorf("make generate: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	return func() result { return command(u.T, u.dir, u.env, "make", "check") }
}
