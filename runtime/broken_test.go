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
	inShort(t, "all rules but the first")
	for i, m := range mutations {
		mutant := m.apply(t)
		if !*torture && i > 0 {
			continue // each is a build of its own
		}
		t.Run(m.rule, func(t *testing.T) {
			t.Parallel()
			broken := build(t, m.file, mutant)
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

// TestEveryMutationCompiles holds those mutations to the source that the short
// form of the test above does not build.
func TestEveryMutationCompiles(t *testing.T) {
	left := mutations
	for len(left) > 0 { // several at once, as long as they leave each other's text alone
		contents := map[string]string{}
		var overlapping []mutation
		for _, m := range left {
			source, ok := contents[m.file]
			if !ok {
				source = string(mustRead(t, m.file))
			}
			if strings.Count(source, m.old) != 1 {
				overlapping = append(overlapping, m)
				continue
			}
			contents[m.file] = strings.Replace(source, m.old, m.new, 1)
		}
		if len(overlapping) == len(left) {
			t.Fatalf("%q and others do not apply", left[0].rule)
		}
		text, err := exec.Command("go", "build", "-trimpath", "-overlay="+overlay(t, contents), ".").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		left = overlapping
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

// apply returns what the file becomes that the mutation breaks.
func (m mutation) apply(t *testing.T) string {
	t.Helper()
	source := string(mustRead(t, m.file))
	if n := strings.Count(source, m.old); n != 1 {
		t.Errorf("%q stands %d times in %s", m.rule, n, m.file)
	}
	return strings.Replace(source, m.old, m.new, 1)
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// build builds the tests with another content of one file.
func build(t *testing.T, file, content string) broken {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "broken.test")
	args := []string{"test", "-c", "-trimpath", "-vet=off", "-overlay=" + overlay(t, map[string]string{file: content}), "-o", binary, "."}
	if text, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return broken(binary)
}

// overlay returns the name of a file that gives files of this package another
// content, see go help build.
func overlay(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for file, content := range contents {
		original, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		replace[original] = filepath.Join(dir, file)
		if err := os.WriteFile(replace[original], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}
