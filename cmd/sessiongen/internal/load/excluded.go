package load

import (
	"path/filepath"
	"strings"
)

// Excluded returns the files that would belong to the package under other build
// constraints. One for the tag ignore is no part of it under any.
func (p *Program) Excluded(pkg *Package) []*File {
	var files []*File
	seen := map[string]bool{}
	for _, beside := range p.Folder(pkg) {
		for _, name := range beside.listed.IgnoredFiles {
			if seen[name] || filepath.Ext(name) != ".go" {
				continue
			}
			seen[name] = true
			file, err := p.file(name)
			if err != nil || file.generated || strings.TrimSuffix(file.Syntax.Name.Name, "_test") != strings.TrimSuffix(pkg.Name, "_test") {
				continue
			}
			if line := file.buildLine(); line == nil || line.String() != "ignore" {
				files = append(files, file)
			}
		}
	}
	return files
}
