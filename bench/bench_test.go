package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/report"
)

// TestQuickRunMeasuresEverythingAndTouchesNoReadme takes every path of the
// benchmark. Each request in it checks what it reads.
func TestQuickRunMeasuresEverythingAndTouchesNoReadme(t *testing.T) {
	requireMemcached(t)
	dir := t.TempDir()
	readme := filepath.Join("..", "README.md")
	before := readFile(t, readme)
	var stdout, stderr strings.Builder
	if code := run([]string{"-quick", "-out", dir}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	if readFile(t, readme) != before {
		t.Error("the README has changed")
	}
	r, err := report.Read(filepath.Join(dir, resultsFile))
	if err != nil {
		t.Fatal(err)
	}
	annotate(r)
	if r.Markdown() != stdout.String() {
		t.Error("what is read back from the results is not what was printed")
	}
	if len(r.Rows) != len(rows()) || len(r.Fills) == 0 || len(r.Codecs) == 0 || len(r.Commands) != 2 {
		t.Errorf("%d rows of %d, %d fills, %d codecs, %d commands", len(r.Rows), len(rows()), len(r.Fills), len(r.Codecs), len(r.Commands))
	}
	for _, c := range r.Curves {
		if svg := readFile(t, filepath.Join(dir, c.File)); !strings.HasPrefix(svg, "<svg") {
			t.Errorf("%s begins with %.20q", c.File, svg)
		}
	}
}

func TestRoundTripsAreAsDocumented(t *testing.T) {
	requireMemcached(t)
	var stdout, stderr strings.Builder
	if code := run([]string{"-quick", "-rows", "memcached$"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	targets := 0
	for line := range strings.Lines(stdout.String()) {
		if strings.Contains(line, "| round trips | ≤") {
			targets++
			if strings.Contains(line, "missed") {
				t.Error(line)
			}
		}
	}
	if targets != 5 {
		t.Errorf("%d rows have round trips wanted:\n%s", targets, stdout.String())
	}
}

func TestWrongFlagsAreToldAndRunNothing(t *testing.T) {
	for _, args := range [][]string{{"-rows", "("}, {"x"}, {"-no-such-flag"}} {
		var stdout, stderr strings.Builder
		if code := run(args, &stdout, &stderr); code != 2 || stdout.Len() != 0 || stderr.Len() == 0 {
			t.Errorf("%q: exit %d, %q, %q", args, code, stdout.String(), stderr.String())
		}
	}
}

func requireMemcached(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("memcached"); err != nil {
		if os.Getenv("SESSIONGEN_TEST_REQUIRE") == "1" {
			t.Fatal(err)
		}
		t.Skipf("skipped, needs memcached in PATH: %v", err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeShowsTheResults holds the table to the figures that were committed
// with it.
func TestReadmeShowsTheResults(t *testing.T) {
	r, err := report.Read(resultsFile)
	if err != nil {
		t.Fatal(err)
	}
	annotate(r)
	readme := readFile(t, filepath.Join("..", "README.md"))
	want, err := report.Insert(readme, r.Markdown())
	if err != nil {
		t.Fatal(err)
	}
	if readme != want {
		t.Error("the README's table is not that of results.json; go run . -render renders it anew")
	}
	if strings.Contains(readme, "the reason is not known") {
		t.Error("a row is lost without a reason; rows.go has them")
	}
}
