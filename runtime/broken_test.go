package runtime

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestBrokenProtocolIsFound shows that the tests of every interleaving can
// fail. Each rule that is broken on purpose must be found by one of the pairs
// of deeds that they try. The trace that is printed then must fail again with
// the broken source, and pass with the true source.
func TestBrokenProtocolIsFound(t *testing.T) {
	for i, m := range mutations {
		file, mutant := m.apply(t)
		if !*torture && i%6 != 0 {
			continue // each is a build of its own
		}
		t.Run(m.rule, func(t *testing.T) {
			broken := build(t, file, mutant)
			if m.trace != "" {
				broken.mustFail(t, "^TestTraceThatOnceBrokeTheRuntime$/^"+strings.ReplaceAll(m.trace, " ", "_")+"$")
			}
			report := broken.mustFail(t, "^TestGivenInterleaving$", "-deeds", m.deeds, "-fault", string(m.fault))
			deeds, schedule := replayLine(t, report)
			broken.mustFail(t, "^TestGivenInterleaving$", "-deeds", deeds, "-schedule", schedule)
			t.Logf("on the true runtime this %s:\n%s", replay(t, deeds, schedule), report)
		})
	}
}

var replayCall = regexp.MustCompile(`\treplay\(t, ("[^"]*"), ("[^"]*")\)\n`)

// replayLine returns the schedule in the line below the table of a report.
func replayLine(t *testing.T, report string) (deeds, schedule string) {
	t.Helper()
	if !regexp.MustCompile(`step +request +command +key +outcome\n`).MatchString(report) {
		t.Fatalf("no table in\n%s", report)
	}
	call := replayCall.FindStringSubmatch(report)
	if call == nil {
		t.Fatalf("no line to replay in\n%s", report)
	}
	for i, to := range []*string{&deeds, &schedule} {
		text, err := strconv.Unquote(call[1+i])
		if err != nil {
			t.Fatal(err)
		}
		*to = text
	}
	return deeds, schedule
}

// A broken is a binary with the tests of this package, built with one rule
// broken.
type broken string

// mustFail runs the tests of that name, which must find something, and
// returns what they print.
func (b broken) mustFail(t *testing.T, name string, args ...string) (output string) {
	t.Helper()
	text, err := exec.Command(string(b), append([]string{"-test.v", "-test.run", name}, args...)...).CombinedOutput()
	if err == nil {
		t.Fatalf("%s %q finds nothing:\n%s", name, args, text)
	}
	if !strings.Contains(string(text), "--- FAIL: ") {
		t.Fatalf("%s %q: %v\n%s", name, args, err, text)
	}
	return string(text)
}

// apply returns the file that the mutation breaks, and what it becomes.
func (m mutation) apply(t *testing.T) (file, mutant string) {
	t.Helper()
	file, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Errorf("%q stands %d times in %s", m.rule, n, m.file)
	}
	return file, strings.Replace(string(source), m.old, m.new, 1)
}

// build builds the tests with another content of one file.
func build(t *testing.T, file, content string) broken {
	t.Helper()
	dir := t.TempDir()
	mutant := filepath.Join(dir, filepath.Base(file))
	if err := os.WriteFile(mutant, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutant}})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "broken.test")
	if text, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay="+list, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return broken(binary)
}
