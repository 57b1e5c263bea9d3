package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A told is a diagnostic about a variable that has changed.
type told struct {
	line                 int
	tags                 []string // that it says are to be written
	accept, forget, text string
}

var toldParts = regexp.MustCompile(`(?m)^app\.go:([0-9]+):[0-9]+: .*$`)

func toldIn(t *testing.T, stderr string) []told {
	t.Helper()
	var list []told
	for _, m := range toldParts.FindAllStringSubmatch(stderr, -1) {
		d := told{text: m[0]}
		d.line, _ = strconv.Atoi(m[1])
		_, remedy, _ := strings.Cut(m[0], "; ")
		d.tags = regexp.MustCompile("`[^`]*`").FindAllString(remedy, -1)
		if m := regexp.MustCompile(`-accept (\S+?),?( |$)`).FindStringSubmatch(remedy); m != nil {
			d.accept = m[1]
		}
		if m := regexp.MustCompile(`-forget (\S+)`).FindStringSubmatch(remedy); m != nil {
			d.forget = m[1]
		}
		if len(d.tags) == 0 || d.accept == "" {
			t.Errorf("there is no remedy in %s", d.text)
		}
		list = append(list, d)
	}
	if len(list) == 0 {
		t.Fatalf("nothing is told in\n%s", stderr)
	}
	return list
}

// changeCases are the golden cases with changes that are told.
var changeCases = []string{"schema_change_refused", "schema_accept", "schema_renamed"}

// changeFiles returns the declaration and the schema file of a case.
func changeFiles(t *testing.T, name string) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join(root, "testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range archive.Files {
		if !strings.HasPrefix(file.Name, "want/") && file.Name != "transcript" {
			files[file.Name] = string(file.Data)
		}
	}
	return files
}

// What the diagnostics of changes say is to be done, is done: each remedy by itself,
// and then nothing is told of that variable any more.
func TestEachRemedyOfAChangeAnswersIt(t *testing.T) {
	t.Parallel()
	for _, name := range changeCases {
		files := changeFiles(t, name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newModule(t, "example.com/app", files)
			all := toldIn(t, command(t, dir, nil, "sessiongen").stderr)
			for _, d := range all {
				for i := range d.tags {
					tryTag(t, dir, files, all, d, i)
				}
				tryFlags(t, dir, files, all, d)
			}
		})
	}
}

// tryTag writes a tag, and generates with all else accepted. Where it is the first of
// two deploys, the second is what was declared before.
func tryTag(t *testing.T, dir string, files map[string]string, all []told, d told, i int) {
	t.Helper()
	restore(t, dir, files)
	lines := strings.Split(files["app.go"], "\n")
	field, _, _ := strings.Cut(lines[d.line-1], "`")
	lines[d.line-1] = field + d.tags[i]
	writeFile(t, filepath.Join(dir, "app.go"), strings.Join(lines, "\n"))
	others := slices.DeleteFunc(acceptedIn(all), func(name string) bool { return name == d.accept })
	r := command(t, dir, nil, "sessiongen", "-accept", strings.Join(others, ","))
	if strings.Contains(r.stderr, " it is new ") {
		// The old field is not beside it here, so it may have been renamed.
		r = command(t, dir, nil, "sessiongen", "-accept", strings.Join(append(others, d.accept), ","))
	}
	if r != (result{}) {
		t.Errorf("with %s: exit %d\n%s\n%s", d.tags[i], r.code, r.stderr, d.text)
	}
	if strings.Contains(d.text, " first and ") {
		writeFile(t, filepath.Join(dir, "app.go"), files["app.go"])
		if r := command(t, dir, nil, "sessiongen"); r != (result{}) {
			t.Errorf("after %s: exit %d\n%s\n%s", d.tags[i], r.code, r.stderr, d.text)
		}
	}
}

func tryFlags(t *testing.T, dir string, files map[string]string, all []told, d told) {
	t.Helper()
	restore(t, dir, files)
	flags := []string{"-accept", strings.Join(acceptedIn(all), ",")}
	if d.forget != "" {
		others := slices.DeleteFunc(acceptedIn(all), func(name string) bool { return name == d.accept })
		flags = []string{"-forget", d.forget, "-accept", strings.Join(others, ",")}
	}
	if r := command(t, dir, nil, "sessiongen", flags...); r != (result{}) {
		t.Errorf("with %q: exit %d\n%s\n%s", flags, r.code, r.stderr, d.text)
	}
}

func restore(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "session_gen.go")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
}

// acceptedIn returns the names that can be accepted.
func acceptedIn(all []told) []string {
	var names []string
	for _, d := range all {
		names = append(names, d.accept)
	}
	return names
}

// The same changes, with schema files that were written anew along with them: the
// revision tells of each, and each can be accepted.
func TestEachChangeIsToldOfARevisionAndCanBeAccepted(t *testing.T) {
	t.Parallel()
	for _, name := range changeCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := changeFiles(t, name)
			dir := newModule(t, "example.com/app", files)
			here := toldIn(t, command(t, dir, nil, "sessiongen").stderr)
			git(t, dir, "init", "-q")
			commit(t, dir)
			if err := os.Remove(filepath.Join(dir, "session.schema")); err != nil {
				t.Fatal(err)
			}
			succeed(t, dir, "sessiongen")
			there := toldIn(t, command(t, dir, nil, "sessiongen", "-check", "-against", "HEAD").stderr)
			if len(there) != len(here) {
				t.Errorf("of the file %d are told, of the revision %d", len(here), len(there))
			}
			succeed(t, dir, "sessiongen", "-against", "HEAD", "-accept", strings.Join(acceptedIn(there), ","))
			succeed(t, dir, "sessiongen", "-check", "-against", "HEAD")
			succeed(t, dir, "sessiongen", "-check")
		})
	}
}
