package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const shop = `package shop

` + goGenerate + ` sessiongen

type SessionFields struct {
	Token  string
	Visits int ` + "`session:\",ttl=2h\"`" + `
	Base
}

type Base struct{ Cart []string }
`

func newShop(t *testing.T) string {
	t.Helper()
	return newModule(t, "example.com/app", map[string]string{"shop/shop.go": shop, "other/other.go": "package other\n"})
}

// sessiongen runs the command, which must go well and print nothing.
func sessiongen(t *testing.T, dir string, args ...string) {
	t.Helper()
	if r := command(t, dir, nil, "sessiongen", args...); r != (result{}) {
		t.Fatalf("sessiongen %v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
	}
}

func TestOutputIsTheSameFromAnyFolderAndOnAnyRun(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	sessiongen(t, dir, "./...")
	want := readFile(t, filepath.Join(dir, "shop/session_gen.go"))
	for _, run := range []struct {
		in   string
		args []string
	}{
		{"shop", nil},
		{"shop", []string{"-type", "SessionFields"}},
		{"shop", []string{"../..."}},
		{".", []string{"example.com/app/shop"}},
		{".", []string{filepath.Join(dir, "shop")}},
		{"other", []string{"-type", "SessionFields", "../shop"}},
	} {
		sessiongen(t, filepath.Join(dir, run.in), append([]string{"-check"}, run.args...)...)
	}
	// Most users have no flags for the go command, unlike these tests.
	if r := command(t, dir, []string{"GOFLAGS="}, "sessiongen", "-check", "./..."); r != (result{}) {
		t.Errorf("without GOFLAGS: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	elsewhere := newShop(t)
	sessiongen(t, filepath.Join(elsewhere, "shop"))
	if got := readFile(t, filepath.Join(elsewhere, "shop/session_gen.go")); got != want {
		t.Errorf("another module has other output:\n%s", got)
	}
}

func TestFileThatIsUpToDateIsNotTouched(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	name := filepath.Join(dir, "shop/session_gen.go")
	sessiongen(t, dir, "./...")
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(name, old, old); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	sessiongen(t, dir, "./...")
	after, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if !after.ModTime().Equal(old) || !os.SameFile(before, after) {
		t.Error("the file was written again")
	}
}

func TestFileModeIsKept(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	name := filepath.Join(dir, "shop/session_gen.go")
	mode := func() os.FileMode {
		t.Helper()
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	sessiongen(t, dir, "./...")
	if got := mode(); got != 0o644 {
		t.Errorf("a new file has mode %o, want 644", got)
	}
	writeFile(t, name, "")
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	sessiongen(t, dir, "./...")
	if got := mode(); got != 0o600 {
		t.Errorf("mode is %o, want that of the old file, 600", got)
	}
	if readFile(t, name) == "" {
		t.Error("the file was not written")
	}
}

func TestSymbolicLinkIsFollowed(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	name, leads := filepath.Join(dir, "shop/session_gen.go"), filepath.Join(dir, "elsewhere")
	writeFile(t, leads, "")
	if err := os.Symlink(leads, name); err != nil {
		t.Skipf("skipped, needs a file system with symbolic links: %v", err)
	}
	sessiongen(t, dir, "./...")
	if info, err := os.Lstat(name); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
	if readFile(t, leads) == "" {
		t.Error("the file was not written")
	}
}

func TestNoTemporaryFileIsLeftIfOneOfSeveralCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	first := filepath.Join(dir, "shop/a.go")
	err := write(nil, []output{
		{name: first, data: []byte("new")},
		{name: filepath.Join(dir, "missing/b.go"), data: []byte("new")},
	})
	if err == nil {
		t.Fatal("no error")
	}
	entries, err := os.ReadDir(filepath.Join(dir, "shop"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "shop.go" {
		t.Errorf("files %v, want shop.go alone", entries)
	}
}

// A folder in the place of a file lets all go well until it is to be replaced.
func TestSchemaFilesAreInPlaceBeforeAnythingElseIs(t *testing.T) {
	t.Parallel()
	order := []string{"b.schema", "a.schema", "z_gen.go", "b_gen.go", "a_gen.go"}
	given := []string{"z_gen.go", "b.schema", "b_gen.go", "a_gen.go", "a.schema"}
	for failing, fails := range order {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, fails, "in the way"), "")
		var outputs []output
		for _, name := range given {
			outputs = append(outputs, output{name: filepath.Join(dir, name), data: []byte(name)})
		}
		if err := write(nil, outputs); err == nil {
			t.Errorf("%s: no error", fails)
		}
		for i, name := range order {
			if _, err := os.ReadFile(filepath.Join(dir, name)); (err == nil) != (i < failing) {
				t.Errorf("%s can't be replaced: %s is written: %t", fails, name, err == nil)
			}
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != failing+1 {
			t.Errorf("%s can't be replaced: %v, %v", fails, entries, err)
		}
	}
}

func TestRunThatEndedAfterTheSchemaFileIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", map[string]string{"shop/shop.go": cartOfNames})
	sessiongen(t, dir, "./...")
	output := filepath.Join(dir, "shop/session_gen.go")
	older := readFile(t, output)
	writeFile(t, filepath.Join(dir, "shop/shop.go"), cartOfPrices)
	succeed(t, dir, "sessiongen", "-accept", "cart", "./...")
	newer, history := readFile(t, output), readFile(t, filepath.Join(dir, "shop/session.schema"))

	writeFile(t, output, older)
	if r := command(t, dir, nil, "go", "build", "./..."); r.code == 0 {
		t.Error("a build goes well, so that a deploy might")
	}
	sessiongen(t, dir, "./...")
	if readFile(t, output) != newer || readFile(t, filepath.Join(dir, "shop/session.schema")) != history {
		t.Error("it is not what one run would have written")
	}
}

func TestGuardBreaksTheBuildWhenTheDeclarationChanges(t *testing.T) {
	t.Parallel()
	changes := map[string]*strings.Replacer{
		"type":              strings.NewReplacer("Token  string", "Token  []byte"),
		"name":              strings.NewReplacer("Token  string", "Key    string"),
		"field_more":        strings.NewReplacer("Token  string", "Token  string\n\tMore int"),
		"order":             strings.NewReplacer("\tToken  string\n", "", "\tBase\n", "\tBase\n\tToken string\n"),
		"tag":               strings.NewReplacer("ttl=2h", "ttl=3h"),
		"tag_gone":          strings.NewReplacer("`session:\",ttl=2h\"`", ""),
		"embedded":          strings.NewReplacer("\tBase\n", "\tBase Base\n"),
		"type_in_embedded":  strings.NewReplacer("Cart []string", "Cart []int"),
		"tag_in_embedded":   strings.NewReplacer("Cart []string", "Cart []string `session:\",lazy\"`"),
		"field_in_embedded": strings.NewReplacer("Cart []string", "Cart []string; More int"),
	}
	files := map[string]string{}
	for change := range changes {
		files[change+"/shop.go"] = shop
	}
	dir := newModule(t, "example.com/app", files)
	build := func() result { return command(t, dir, nil, "go", "build", "-gcflags=-e", "./...") }
	sessiongen(t, dir, "./...")
	if r := build(); r.code != 0 {
		t.Fatal(r.stderr)
	}
	for change, edit := range changes {
		writeFile(t, filepath.Join(dir, change, "shop.go"), edit.Replace(shop))
	}
	// What is said of a package stands below its name.
	wrong := map[string]string{}
	for _, said := range strings.Split(build().stderr, "# example.com/app/")[1:] {
		change, errors, _ := strings.Cut(said, "\n")
		wrong[change] = errors
	}
	for change := range changes {
		if !strings.Contains(wrong[change], "HasChanged_runGoGenerate") {
			t.Errorf("%s: no word of go generate:\n%s", change, wrong[change])
		}
	}
	for change := range changes { // so that nothing is to be said of sessions that live
		if err := os.Remove(filepath.Join(dir, change, "session.schema")); err != nil {
			t.Fatal(err)
		}
	}
	sessiongen(t, dir, "./...")
	if r := build(); r.code != 0 {
		t.Errorf("the new output does not compile:\n%s", r.stderr)
	}
}
