package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryTestNamedInSecurityExists(t *testing.T) {
	text := readSecurity(t)
	exists := testNames(t, root)
	named := regexp.MustCompile(`\b(Test|Fuzz|Example)[A-Z]\w*`).FindAllString(text, -1)
	if len(named) == 0 {
		t.Fatal("no test is named")
	}
	for _, name := range named {
		if !exists[name] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestSecurityAnswersEveryRequirement(t *testing.T) {
	rows := map[string]string{}
	for line := range strings.SplitSeq(readSecurity(t), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 {
			continue
		}
		for id := range strings.SplitSeq(cells[1], ",") {
			rows[strings.TrimSpace(id)] = line
		}
		if cells[1] != " id " && cells[1] != "---" && !strings.Contains(line, "`Test") && !strings.Contains(cells[3], "*Your part") {
			t.Errorf("neither a test nor the app answers %s", line)
		}
	}
	for _, id := range strings.Fields(`
		V7.1.1 V7.1.2 V7.1.3 V7.2.1 V7.2.2 V7.2.3 V7.2.4 V7.3.1 V7.3.2 V7.4.1 V7.4.2 V7.4.3 V7.4.4 V7.4.5
		V7.5.1 V7.5.2 V7.5.3 V7.6.1 V7.6.2 V3.3.1 V3.3.2 V3.3.3 V3.3.4 V3.3.5`) {
		if rows[id] == "" {
			t.Errorf("nothing is said of %s", id)
		}
	}
}

func readSecurity(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// testNames returns the functions of the test files below root.
func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
