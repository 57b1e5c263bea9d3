package load

import (
	"bytes"
	"go/build"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A survey is what the files themselves show, long before the go command has
// listed them.
type survey struct {
	// Tests is false only if the patterns name no package with a test file.
	tests bool

	tags    string
	folders []folder
}

// A folder is one that the patterns name.
type folder struct {
	name  string
	files []string // in Go, without those of tests

	// Declares tells whether it seems to declare something, with or without a
	// directive.
	declares bool
}

// newSurvey looks which files there are in the packages that the patterns name.
func newSurvey(dir, tags string, patterns []string) *survey {
	s := &survey{tags: tags}
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
func (s *survey) visit(name string, all bool) {
	entries, err := os.ReadDir(name)
	if err != nil {
		s.tests = true
		return
	}
	found := folder{name: name, declares: !all}
	for _, entry := range entries {
		switch {
		case entry.IsDir():
			if all && !ignored(entry.Name()) {
				s.visit(filepath.Join(name, entry.Name()), all)
			}
		case strings.HasSuffix(entry.Name(), "_test.go"):
			s.tests = true
		case strings.HasSuffix(entry.Name(), ".go") && entry.Name()[0] != '_' && entry.Name()[0] != '.':
			found.files = append(found.files, entry.Name())
		}
	}
	s.folders = append(s.folders, found)
}

// ignored tells whether patterns with an ellipsis leave out folders of that
// name.
func ignored(name string) bool {
	return name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor"
}

// imports returns what the packages import that seem to declare something. It is
// a guess: it may have some too many, or lack some. The program keeps the files
// that it reads.
func (s *survey) imports(p *Program) []string {
	context := build.Default
	context.BuildTags = strings.Split(s.tags, ",")
	context.OpenFile = func(name string) (io.ReadCloser, error) {
		source, err := p.read(name)
		return io.NopCloser(bytes.NewReader(source)), err
	}
	var paths []string
	for _, folder := range s.folders {
		for _, name := range folder.files {
			source, _ := p.read(filepath.Join(folder.name, name))
			folder.declares = folder.declares || mayHaveDirective(source)
		}
		if !folder.declares {
			continue
		}
		for _, name := range folder.files {
			file, err := p.file(filepath.Join(folder.name, name))
			if err != nil || file.generated {
				continue
			}
			// What is wrong with a constraint is for the go command to say.
			if file.Constraint() != "" {
				if built, _ := context.MatchFile(folder.name, name); !built {
					continue
				}
			}
			for _, spec := range file.Syntax.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func mayHaveDirective(source []byte) bool {
	return bytes.Contains(source, []byte("//go:generate")) && bytes.Contains(source, []byte("sessiongen"))
}
