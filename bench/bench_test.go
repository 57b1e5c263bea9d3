package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/memcached"
	"github.com/sessiongen/sessiongen/bench/internal/peer"
	"github.com/sessiongen/sessiongen/bench/internal/report"
	"github.com/sessiongen/sessiongen/bench/internal/shape"
	"github.com/sessiongen/sessiongen/internal/valkeytest"
)

// The files that tables are rendered into.
var (
	tablesFile  = "README.md"
	summaryFile = filepath.Join("..", "README.md")
)

// TestQuickRunMeasuresEverythingAndTouchesNoReadme takes every path of the
// benchmark. Each request in it checks what it reads.
func TestQuickRunMeasuresEverythingAndTouchesNoReadme(t *testing.T) {
	requireMemcached(t)
	// As in the tests of the command, so that packages are built once for all.
	t.Setenv("GOFLAGS", os.Getenv("GOFLAGS")+" -trimpath")
	dir := t.TempDir()
	before := readFile(t, tablesFile) + readFile(t, summaryFile)
	var stdout, stderr strings.Builder
	if code := run([]string{"-quick", "-out", dir}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	if readFile(t, tablesFile)+readFile(t, summaryFile) != before {
		t.Error("a README has changed")
	}
	r, err := report.Read(filepath.Join(dir, resultsFile))
	if err != nil {
		t.Fatal(err)
	}
	annotate(r)
	if r.Markdown() != stdout.String() {
		t.Error("what is read back from the results is not what was printed")
	}
	if len(r.Rows) != len(rows()) || len(r.Fills) == 0 || len(r.Weights) == 0 || len(r.Queues) == 0 || len(r.Loads) == 0 || len(r.Codecs) == 0 || len(r.Commands) != 2 {
		t.Errorf("%d rows of %d, %d fills, %d weights, %d queues, %d loads, %d codecs, %d commands", len(r.Rows), len(rows()),
			len(r.Fills), len(r.Weights), len(r.Queues), len(r.Loads), len(r.Codecs), len(r.Commands))
	}
	requirePoints(t, r.Curves)
	for _, c := range r.Curves {
		if svg := readFile(t, filepath.Join(dir, c.File)); !strings.HasPrefix(svg, "<svg") {
			t.Errorf("%s begins with %.20q", c.File, svg)
		}
	}
}

// requirePoints fails unless every curve of a quick run is there, with all its
// series, and all their points.
func requirePoints(t *testing.T, curves []report.Curve) {
	t.Helper()
	quick, err := parse([]string{"-quick"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	type size struct{ series, points int }
	want := map[string]size{
		"variables.svg":  {5, len(shape.Counts)},
		"declared.svg":   {5, len(shape.Counts)},
		"allocated.svg":  {5, len(shape.Counts)},
		"sizes.svg":      {6, 9},
		"goroutines.svg": {6, len(quick.goroutines)},
		"waiting.svg":    {6, len(quick.goroutines)},
		"sessions.svg":   {4, 4},
		"memory.svg":     {4, 4},
		"items.svg":      {2, len(shape.Counts)},
		"gc.svg":         {5, len(rates)},
	}
	for _, c := range curves {
		for _, s := range c.Series {
			if got := (size{len(c.Series), len(s.Points)}); got != want[c.File] {
				t.Errorf("%s, %s: %+v, want %+v", c.File, s.Name, got, want[c.File])
			}
		}
	}
	if len(curves) != len(want) {
		t.Errorf("%d curves, want %d", len(curves), len(want))
	}
}

func TestRoundTripsAreAsDocumentedAndNoCountIsLost(t *testing.T) {
	requireMemcached(t)
	var stdout, stderr strings.Builder
	if code := run([]string{"-quick", "-rows", "memcached$|contrib/valkey$"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	targets, lost := 0, 0
	for line := range strings.Lines(stdout.String()) {
		if strings.Contains(line, "| round trips | ≤") {
			targets++
			if strings.Contains(line, "missed") {
				t.Error(line)
			}
		}
		if strings.Contains(line, "| counts lost | ≤ 0 % | 0 % |") {
			lost++
		}
	}
	if rows := len(memcachedRows()) + len(valkeyRows()); targets != rows {
		t.Errorf("%d rows of %d have round trips wanted:\n%s", targets, rows, stdout.String())
	}
	if lost != 1 {
		t.Errorf("sessiongen has lost counts:\n%s", stdout.String())
	}
}

// TestLibrariesDoTheWorkOfTheirRows looks at the sessions that each row leaves
// behind, which nothing does while time is taken.
func TestLibrariesDoTheWorkOfTheirRows(t *testing.T) {
	requireMemcached(t)
	server, err := memcached.Start(64)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	valkey := valkeytest.New(t)
	for _, row := range rows() {
		address := ""
		switch {
		case row.memcached:
			address = server.Addr
		case row.valkey:
			address = valkey.Addr
		}
		for _, l := range row.libraries {
			if err := peer.Check(l, address, row.shape, row.work); err != nil {
				t.Errorf("%s: %s: %v", row.name, l.Name, err)
			}
		}
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

// TestReadmesShowTheResults holds the tables to the figures that were committed
// with them.
func TestReadmesShowTheResults(t *testing.T) {
	r, err := report.Read(resultsFile)
	if err != nil {
		t.Fatal(err)
	}
	annotate(r)
	for file, table := range map[string]string{tablesFile: r.Markdown(), summaryFile: r.Summary()} {
		text := readFile(t, file)
		want, err := report.Insert(text, table)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if text != want {
			t.Errorf("%s does not show the figures of results.json; go run . -render renders it anew", file)
		}
	}
	if strings.Contains(r.Markdown(), report.Unknown) {
		t.Error("a row is lost without a reason; rows*.go have them")
	}
}

func TestSummaryHasFiveRows(t *testing.T) {
	heads := 0
	for _, row := range rows() {
		if row.head {
			heads++
			if !row.memcached {
				t.Errorf("%s: it asks for round trips, which only memcached counts", row.name)
			}
		}
	}
	if heads != 5 {
		t.Errorf("it has %d", heads)
	}
}

// Published targets hang on what these do, and nobody looks at their sessions.
func TestBareLibrariesStoreTheItemsOfASession(t *testing.T) {
	requireMemcached(t)
	server, err := memcached.Start(64)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	for _, c := range []struct {
		library peer.Library
		items   int64 // of a first visit that sets 5
	}{{peer.BareStore, 6}, {peer.BareGomemcache, 6}, {peer.BareConnection, 6}, {peer.BareItem, 1}} {
		site, err := c.library.Open(five, server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		defer site.Close()
		v, err := site.Visitor(peer.FirstVisit, "")
		if err != nil {
			t.Fatal(err)
		}
		before, err := server.Stat("curr_items")
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Do(3); err != nil {
			t.Errorf("%s: %v", c.library.Name, err)
		}
		if after, err := server.Stat("curr_items"); err != nil || after-before != 3*c.items {
			t.Errorf("%s: three visits stored %d items, %v", c.library.Name, after-before, err)
		}
	}
}

func TestSessionIsNotComparedWithItself(t *testing.T) {
	for _, row := range rows() {
		for _, l := range row.libraries {
			if l.Name == peer.SessiongenAtOnce.Name && len(row.shape.Steps) < 2 && row.reason != sameSession {
				t.Errorf("%s: one request sets all in either", row.name)
			}
		}
	}
}
