package load

import (
	"path/filepath"
	"strings"
)

// Excluded returns the files that would belong to the package under other build
// constraints. One for the tag ignore is no part of it under any.
func (p *Program) Excluded(pkg *Package) []*File {
	var files []*File
	for _, file := range p.Unbuilt(pkg) {
		if strings.TrimSuffix(file.Syntax.Name.Name, "_test") != strings.TrimSuffix(pkg.Name, "_test") {
			continue
		}
		if line := file.buildLine(); line == nil || line.String() != "ignore" {
			files = append(files, file)
		}
	}
	return files
}

// Unbuilt returns all files in the package's folder that the build constraints
// exclude, be they of the package or not, without output of sessiongen.
func (p *Program) Unbuilt(pkg *Package) []*File {
	var files []*File
	seen := map[string]bool{}
	for _, beside := range p.Folder(pkg) {
		for _, name := range beside.listed.IgnoredFiles {
			if seen[name] || filepath.Ext(name) != ".go" {
				continue
			}
			seen[name] = true
			if file, err := p.file(name); err == nil && !file.generated && file.Syntax != nil {
				files = append(files, file)
			}
		}
	}
	return files
}

// ForGenerate tells whether a file is one for go generate, which sets the build tag
// of that name as no build does.
func (f *File) ForGenerate() bool {
	line := f.buildLine()
	return line != nil && inName(f.Name) == nil &&
		line.Eval(func(tag string) bool { return tag == "generate" }) && !line.Eval(func(string) bool { return false })
}
