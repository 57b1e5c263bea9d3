package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a schema file has lost, or what never was in it, a revision still knows.

const (
	cartOfNames  = "package shop\n\n" + goGenerate + " sessiongen\n\ntype SessionFields struct {\n\tCart  []string\n\tCount int32\n\tGone  bool\n}\n"
	cartOfPrices = "package shop\n\n" + goGenerate + " sessiongen\n\ntype SessionFields struct {\n\tCart  []int\n\tCount int32\n\tGone  bool\n}\n"
	cartCounted  = "package shop\n\n" + goGenerate + " sessiongen\n\ntype SessionFields struct {\n\tCart  []string\n\tCount int64\n}\n"
)

// repository returns a module in a git repository, in which cartOfNames is
// committed with what was generated for it, in a folder of its own.
func repository(t *testing.T) (dir string) {
	t.Helper()
	dir = newModule(t, "example.com/app", map[string]string{"shop/shop.go": cartOfNames})
	git(t, dir, "init", "-q")
	succeed(t, dir, "sessiongen", "./...")
	commit(t, dir)
	return dir
}

func commit(t *testing.T, dir string) {
	t.Helper()
	git(t, dir, "add", "-A")
	git(t, dir, "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "test")
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	succeed(t, dir, "git", args...)
}

func succeed(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if r := command(t, dir, nil, name, args...); r.code != 0 {
		t.Fatalf("%s %q: exit %d\n%s%s", name, args, r.code, r.stdout, r.stderr)
	}
}

// regenerate writes another declaration, and generates as if there had never been
// a schema file.
func regenerate(t *testing.T, dir, declaration string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "shop/shop.go"), declaration)
	if err := os.Remove(filepath.Join(dir, "shop/session.schema")); err != nil {
		t.Fatal(err)
	}
	succeed(t, dir, "sessiongen", "./...")
	succeed(t, dir, "sessiongen", "-check", "./...")
}

func TestAgainstARevisionTheMistakeIsSeenThatTheSchemaFileWasRegeneratedWith(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	regenerate(t, dir, cartOfPrices)
	r := command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD", "./...")
	if r.code != 2 || !strings.Contains(r.stderr, "shop.go:6:2: SessionFields.Cart[]: it was stored as string and is int, so visitors whose cart was stored before this deploy lose it") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestAgainstARevisionTheMistakeIsSeenThroughALink(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	regenerate(t, dir, cartOfPrices)
	link := filepath.Join(dir, "link")
	if err := os.Symlink("shop", link); err != nil {
		t.Skipf("skipped, needs a file system with symbolic links: %v", err)
	}
	r := command(t, link, nil, "sessiongen", "-check", "-against", "HEAD", ".")
	if r.code != 2 || !strings.Contains(r.stderr, "SessionFields.Cart[]: it was stored as string and is int") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestAgainstARevisionWhatTheSchemaFileAcceptsIsNoMistake(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	writeFile(t, filepath.Join(dir, "shop/shop.go"), cartOfPrices)
	if r := command(t, dir, nil, "sessiongen", "./..."); r.code != 2 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	succeed(t, dir, "sessiongen", "-accept", "cart", "./...")
	commit(t, dir)
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD~1", "./...")
	succeed(t, dir, "sessiongen", "-check", "./...")
}

func TestAgainstARevisionALossCanBeAcceptedThatTheSchemaFileDoesNotKnowOf(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	regenerate(t, dir, cartOfPrices)
	succeed(t, dir, "sessiongen", "-against", "HEAD", "-accept", "cart", "./...")
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD", "./...")
	if text := readFile(t, filepath.Join(dir, "shop/session.schema")); !strings.Contains(text, "\ncart was [] string accepted\n") {
		t.Error(text)
	}
}

func TestAgainstARevisionASchemaFileIsStaleThatHasForgottenIt(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	regenerate(t, dir, cartCounted)
	r := command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD", "./...")
	if r.code != 1 || !strings.Contains(r.stdout, "\n+count was int32\n") || !strings.Contains(r.stdout, "\n+gone removed bool\n") ||
		!strings.HasPrefix(r.stderr, "shop/session.schema:1: this file is stale; run ") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	remedy, _, _ := strings.Cut(strings.TrimPrefix(r.stderr, "shop/session.schema:1: this file is stale; run go tool "), " and commit it")
	args := strings.Fields(remedy)
	succeed(t, dir, args[0], args[1:]...)
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD", "./...")
	succeed(t, dir, "sessiongen", "-check", "./...")
}

func TestAgainstARevisionWithoutASchemaFileAllIsNew(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", map[string]string{"shop/shop.go": cartOfNames, "other/other.go": "package other\n"})
	git(t, dir, "init", "-q")
	commit(t, dir)
	succeed(t, dir, "sessiongen", "-against", "HEAD", "./shop")
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD", "./...")
}

func TestARevisionThatIsNotThereIsTold(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	bare := newModule(t, "example.com/app", map[string]string{"shop/shop.go": cartOfNames})
	for _, c := range []struct{ dir, revision, want string }{
		{dir, "origin/main", `sessiongen: git has no revision "origin/main"`},
		{dir, "HEAD:shop", `git has no revision "HEAD:shop"`},
		{bare, "HEAD", "not a git repository"},
	} {
		r := command(t, c.dir, []string{"GIT_CEILING_DIRECTORIES=" + filepath.Dir(c.dir)}, "sessiongen", "-check", "-against="+c.revision, "./...")
		if r.code != 2 || !strings.Contains(r.stderr, c.want) || !strings.Contains(r.stderr, "; ") || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit %d\n%s%s", c.revision, r.code, r.stdout, r.stderr)
		}
	}
}

// A variable in CI may be empty, and must not turn the comparison off.
func TestARevisionWithoutANameIsRefused(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	for _, revision := range []string{"", "-q"} {
		if r := command(t, dir, nil, "sessiongen", "-check", "-against="+revision, "./..."); r.code != 2 || !strings.Contains(r.stderr, "no such revision") {
			t.Errorf("%q: exit %d\n%s", revision, r.code, r.stderr)
		}
	}
}

// What was told of a revision can be accepted, and then CI is content.
func acceptAgainst(t *testing.T, dir, revision, name string) {
	t.Helper()
	r := command(t, dir, nil, "sessiongen", "-check", "-against", revision, "./...")
	if r.code != 2 || !strings.Contains(r.stderr, "-accept "+name) || strings.Contains(r.stderr, "-forget") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	succeed(t, dir, "sessiongen", "-against", revision, "-accept", name, "./...")
	succeed(t, dir, "sessiongen", "-check", "-against", revision, "./...")
	succeed(t, dir, "sessiongen", "-check", "./...")
}

func TestAgainstARevisionAVariableThatWasRemovedFirstMayBeAnotherOne(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	shop := filepath.Join(dir, "shop/shop.go")
	writeFile(t, shop, strings.Replace(cartOfNames, "\tGone  bool\n", "", 1))
	succeed(t, dir, "sessiongen", "./...")
	commit(t, dir)
	writeFile(t, shop, strings.Replace(cartOfNames, "\tGone  bool\n", "\tOther bool\n", 1))
	succeed(t, dir, "sessiongen", "./...")
	acceptAgainst(t, dir, "HEAD~1", "gone")
}

func TestAgainstARevisionWhatIsForgottenCanBeDeclaredAnew(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	shop := filepath.Join(dir, "shop/shop.go")
	writeFile(t, shop, strings.Replace(cartOfNames, "\tGone  bool\n", "", 1))
	succeed(t, dir, "sessiongen", "./...")
	commit(t, dir)
	succeed(t, dir, "sessiongen", "-forget", "gone", "./...")
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD", "./...") // in a change of its own
	writeFile(t, shop, strings.Replace(cartOfNames, "\tGone  bool\n", "\tGone string\n", 1))
	succeed(t, dir, "sessiongen", "./...")
	acceptAgainst(t, dir, "HEAD", "gone")
}

func TestAgainstARevisionEarlierFormsAreMissedThatWereLostAlongWithAChange(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	writeFile(t, filepath.Join(dir, "shop/shop.go"), cartCounted)
	succeed(t, dir, "sessiongen", "./...")
	commit(t, dir)
	regenerate(t, dir, strings.Replace(cartCounted, "}\n", "\tMore int\n}\n", 1))
	r := command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD", "./...")
	if r.code != 1 || !strings.Contains(r.stdout, "\n+count was int32\n") || !strings.Contains(r.stdout, "\n+gone removed bool\n") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestAgainstARevisionARenamedTypeIsTold(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	for _, name := range []string{"session.schema", "session_gen.go"} {
		if err := os.Remove(filepath.Join(dir, "shop", name)); err != nil {
			t.Fatal(err)
		}
	}
	shop := filepath.Join(dir, "shop/shop.go")
	renamed := strings.Replace(cartOfNames, "SessionFields", "ShopFields", 1)
	writeFile(t, shop, renamed)
	succeed(t, dir, "sessiongen", "./...")
	r := command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD", "./...")
	if r.code != 2 || !strings.Contains(r.stderr, "ShopFields: it is new, and session.schema of HEAD is gone") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	for _, name := range []string{"shop.schema", "shop_gen.go"} {
		if err := os.Remove(filepath.Join(dir, "shop", name)); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, shop, strings.Replace(renamed, goGenerate+" sessiongen", goGenerate+" sessiongen -name Session -o session_gen.go", 1))
	succeed(t, dir, "sessiongen", "./...")
	succeed(t, dir, "sessiongen", "-check", "-against", "HEAD", "./...")
}

func TestABrokenSchemaFileOfARevisionIsTold(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	schema := filepath.Join(dir, "shop/session.schema")
	good := readFile(t, schema)
	writeFile(t, schema, good+"<<<<<<< HEAD\n")
	commit(t, dir)
	writeFile(t, schema, good)
	r := command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD", "./...")
	if r.code != 2 || !strings.Contains(r.stderr, "shop/session.schema:1:1: in HEAD, this is a conflict mark of git") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}
