package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestGolden runs the cases in testdata. A case is a text archive:
//
//   - a comment, which says what it shows;
//   - the input files, in a package example.com/<name of the case>;
//   - the file transcript: the commands, in lines that begin with "$ ", each
//     with what it prints, standard error marked by "! ", and its exit code if
//     it is not 0. In front of a command there may be variables for its
//     environment; DIR is the folder that it runs in.
//   - in the folder want, all files that the commands write or change.
//
// What is wanted must compile and please go vet, and its tests pass.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "testdata", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no cases")
	}
	module := newModule(t, "example.com", nil)
	tool := buildTool(t)
	compiled := make([]bool, len(names))
	t.Run("case", func(t *testing.T) {
		for i, name := range names {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
				t.Parallel()
				compiled[i] = golden(t, tool, module, name)
			})
		}
	})
	var patterns []string
	for i, name := range names {
		if compiled[i] {
			patterns = append(patterns, "./"+strings.TrimSuffix(filepath.Base(name), ".txtar")+"/...")
		}
	}
	if len(patterns) == 0 {
		return
	}
	for _, args := range [][]string{{"vet"}, {"test", "-vet=off"}} {
		if r := command(t, module, nil, "go", append(args, patterns...)...); r.code != 0 {
			t.Errorf("go %s of what is wanted:\n%s%s", args[0], r.stdout, r.stderr)
		}
	}
}

// golden runs one case, and tells whether it is one that must compile.
func golden(t *testing.T, tool, module, name string) bool {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(module, strings.TrimSuffix(filepath.Base(name), ".txtar"))
	input, want := map[string]string{}, map[string]string{}
	transcript := ""
	for _, f := range archive.Files {
		if wanted, ok := strings.CutPrefix(f.Name, "want/"); ok {
			want[wanted] = string(f.Data)
		} else if f.Name == "transcript" {
			transcript = string(f.Data)
		} else {
			input[f.Name] = string(f.Data)
			writeFile(t, filepath.Join(dir, f.Name), string(f.Data))
		}
	}
	got, ok := replay(t, tool, dir, transcript)
	changed := changes(t, dir, input)
	if *update {
		rewrite(t, name, archive, got, changed)
		return ok && len(changed) > 0
	}
	if got != transcript {
		t.Errorf("transcript:\n%s\nwant:\n%s", got, transcript)
	}
	for file := range maps.Keys(want) {
		if _, ok := changed[file]; !ok {
			t.Errorf("%s was not written", file)
		}
	}
	for file, text := range changed {
		if wanted, ok := want[file]; !ok {
			t.Errorf("%s was written", file)
		} else if text != wanted {
			t.Errorf("%s differs:\n%s", file, text)
		}
	}
	return ok && len(changed) > 0
}

// buildTool builds sessiongen as users have it: without the race detector, with
// which the many runs of the cases would take half as long again. The other tests
// have it.
func buildTool(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "sessiongen")
	// Like go tool, which knows neither flag: they build the same packages.
	r := command(t, root, nil, "go", "build", "-race=false", "-trimpath=false", "-o", tool, "./cmd/sessiongen")
	if r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	return tool
}

// replay runs the commands of a transcript and returns the new transcript, and
// whether every command went well.
func replay(t *testing.T, tool, dir, transcript string) (string, bool) {
	var out strings.Builder
	ok := true
	for line := range strings.Lines(transcript) {
		words, isCommand := strings.CutPrefix(line, "$ ")
		if !isCommand {
			continue
		}
		out.WriteString(line)
		args := strings.Fields(words)
		var env []string
		in := dir
		for strings.Contains(args[0], "=") {
			env = append(env, args[0])
			if sub, ok := strings.CutPrefix(args[0], "DIR="); ok {
				in = filepath.Join(dir, sub)
			}
			args = args[1:]
		}
		if args[0] == "sessiongen" {
			args[0] = tool
		}
		r := command(t, in, env, args[0], args[1:]...)
		out.WriteString(r.stdout)
		for line := range strings.Lines(strings.ReplaceAll(r.stderr, filepath.Dir(dir), "$MODULE")) {
			out.WriteString("! " + line)
		}
		if r.code != 0 {
			ok = false
			fmt.Fprintf(&out, "exit %d\n", r.code)
		}
	}
	return out.String(), ok
}

// changes returns the files below dir that differ from the input.
func changes(t *testing.T, dir string, input map[string]string) map[string]string {
	changed := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		text := readFile(t, path)
		if before, ok := input[name]; !ok || before != text {
			changed[name] = text
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// rewrite writes a case with a new transcript and new wanted files.
func rewrite(t *testing.T, name string, archive *txtar.Archive, transcript string, changed map[string]string) {
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return f.Name == "transcript" || strings.HasPrefix(f.Name, "want/")
	})
	archive.Files = append(archive.Files, txtar.File{Name: "transcript", Data: []byte(transcript)})
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		archive.Files = append(archive.Files, txtar.File{Name: "want/" + file, Data: []byte(changed[file])})
	}
	if err := os.WriteFile(name, txtar.Format(archive), 0o666); err != nil {
		t.Fatal(err)
	}
}
