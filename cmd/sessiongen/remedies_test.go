package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestRemediesHelp applies what the diagnostics of a declaration say is to be
// done. The archives in testdata/remedies have, for each case:
//
//   - in the folder <case>/wrong, a package that is refused;
//   - in <case>/mended, and in others beside it that begin so, the same package
//     after each of the remedies. They generate, compile and please go vet.
//   - in the file said, what is said of those that are wrong.
//
// What they import may be in other folders.
func TestRemediesHelp(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "testdata", "remedies", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no archives")
	}
	module := newModule(t, "example.com", nil)
	said := map[string]bool{}
	t.Run("archive", func(t *testing.T) {
		for _, name := range names {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range archive.Files {
				if file.Name == "said" {
					for line := range strings.Lines(string(file.Data)) {
						said[remedyIn(line)] = true
					}
				}
			}
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
				t.Parallel()
				applyRemedies(t, module, name, archive)
			})
		}
	})
	if r := command(t, module, nil, "go", "vet", "./..."); r.code != 0 {
		t.Errorf("go vet of what is mended:\n%s%s", r.stdout, r.stderr)
	}
	for _, line := range goldenDiagnostics(t) {
		if remedy := remedyIn(line); !said[remedy] && !isOfARun(remedy) && !slices.ContainsFunc(notOfDeclarations, func(s string) bool { return strings.Contains(line, s) }) {
			t.Errorf("nobody has tried this remedy; add it to an archive in testdata/remedies: %s", line)
		}
	}
}

// notOfDeclarations are parts of the diagnostics whose remedies are not about a
// declaration that a package could show mended.
var notOfDeclarations = []string{
	// The words of the go command.
	"no required module provides",
	// Names that another case has as well.
	"Alias: it is not declared as a struct type", "Count: it is not declared as a struct type",
	"encoding/json stores nothing", "JSON can't", "key of a JSON object",
	// Schema files: see change_test.go and against_test.go.
	" -accept", "with -against the other side's revision", "give the name that it is stored under",
	// It is about the form, or has what is mended itself.
	"format_github.txtar", "types_json_tags.txtar",
	// Another case has them, with types of other names.
	"target_position_named_type.txtar",
	// What is noted is no mistake.
	"notes.txtar",
	// It is the usage.
	"arguments.txtar",
}

// isOfARun tells whether TestRemediesOfARunHelp applies a remedy.
func isOfARun(remedy string) bool {
	for _, r := range runRemedies {
		if strings.HasPrefix(remedy, r.says) {
			return true
		}
	}
	return false
}

func applyRemedies(t *testing.T, module, name string, archive *txtar.Archive) {
	dir := filepath.Join(module, strings.TrimSuffix(filepath.Base(name), ".txtar"))
	var cases, wrong, mended []string
	want := ""
	for _, file := range archive.Files {
		if file.Name == "said" {
			want = string(file.Data)
			continue
		}
		writeFile(t, filepath.Join(dir, file.Name), string(file.Data))
		folder := "./" + filepath.ToSlash(filepath.Dir(file.Name))
		switch before, last, _ := strings.Cut(strings.TrimPrefix(folder, "./"), "/"); {
		case last == "wrong":
			cases, wrong = append(cases, before), append(wrong, folder)
		case strings.HasPrefix(last, "mended"):
			mended = append(mended, folder)
		}
	}
	r := command(t, dir, nil, "sessiongen", wrong...)
	for _, c := range cases {
		if !slices.ContainsFunc(mended, func(folder string) bool { return strings.HasPrefix(folder, "./"+c+"/") }) {
			t.Errorf("%s is not mended", c)
		}
		if !strings.Contains("\n"+r.stderr, "\n"+filepath.FromSlash(c+"/wrong/")) {
			t.Errorf("%s is not refused", c)
		}
	}
	if *update {
		setSaid(t, name, archive, r.stderr)
	} else if r.stderr != want {
		t.Errorf("it says\n%s, want\n%s", r.stderr, want)
	}
	for _, folder := range wrong {
		if err := os.RemoveAll(filepath.Join(dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	if r := command(t, dir, nil, "sessiongen", mended...); r != (result{}) {
		t.Errorf("what is mended is refused: exit %d\n%s", r.code, r.stderr)
	}
}

func setSaid(t *testing.T, name string, archive *txtar.Archive, text string) {
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "said" })
	archive.Files = append(archive.Files, txtar.File{Name: "said", Data: []byte(text)})
	if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
		t.Fatal(err)
	}
}

// goldenDiagnostics returns the diagnostics in the transcripts of the golden cases.
func goldenDiagnostics(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, "testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "transcript" {
				continue
			}
			for line := range strings.Lines(string(file.Data)) {
				if diagnostic, ok := strings.CutPrefix(line, "! "); ok && diagnostic[0] != ' ' && strings.Contains(line, "; ") {
					lines = append(lines, fmt.Sprintf("%s: %s", filepath.Base(name), strings.TrimSpace(diagnostic)))
				}
			}
		}
	}
	return lines
}

// remedyIn returns the part of a diagnostic that says what to do.
func remedyIn(line string) string {
	return strings.TrimSpace(line[strings.LastIndex(line, "; ")+1:])
}
