package load

import (
	"bytes"
	"go/build"
	"os"
	"path/filepath"
	"strings"
)

// A survey is what the files themselves show, long before the go command has
// listed them.
type survey struct {
	context build.Context

	// Tests is false only if the patterns name no package with a test file.
	tests bool

	// Imports are those of the packages that seem to declare something. It is a
	// guess: it may have some too many, or lack some.
	imports []string
}

// newSurvey looks at the packages that the patterns name.
func newSurvey(dir, tags string, patterns []string) *survey {
	s := &survey{context: build.Default}
	s.context.BuildTags = strings.Split(tags, ",")
	// Which import path a folder has is not asked, and takes long to find.
	s.context.GOROOT, s.context.GOPATH = "", ""
	for _, pattern := range patterns {
		root, all := strings.CutSuffix(filepath.ToSlash(pattern), "/...")
		switch {
		case strings.Contains(root, "...") || !build.IsLocalImport(root) && !filepath.IsAbs(root):
			// Only the go command knows which folders these are.
			s.tests = true
			continue
		case !filepath.IsAbs(root):
			root = filepath.Join(dir, root)
		}
		s.visit(root, all)
	}
	return s
}

// visit looks at a folder, and if all is set at those below it. A folder that is
// named seems to declare something, any other only with a directive.
func (s *survey) visit(folder string, all bool) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		s.tests = true
		return
	}
	declares := !all
	for _, entry := range entries {
		name := filepath.Join(folder, entry.Name())
		switch {
		case entry.IsDir():
			if all && !ignored(entry.Name()) {
				s.visit(name, all)
			}
		case strings.HasSuffix(name, "_test.go"):
			s.tests = true
		case strings.HasSuffix(name, ".go"):
			declares = declares || mayHaveDirective(name)
		}
	}
	if declares {
		// What is wrong with the files is for the go command to say.
		pkg, _ := s.context.ImportDir(folder, 0)
		s.imports = append(s.imports, pkg.Imports...)
	}
}

// ignored tells whether patterns with an ellipsis leave out folders of that
// name.
func ignored(name string) bool {
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor"
}

func mayHaveDirective(name string) bool {
	source, err := os.ReadFile(name)
	return err == nil && bytes.Contains(source, []byte("//go:generate")) && bytes.Contains(source, []byte("sessiongen"))
}
