package load

import (
	"go/ast"
	"go/build/constraint"
	"path/filepath"
	"slices"
	"strings"
)

// Constraint returns the build constraint of the file, that in its name
// included, and "" if it has none.
func (f *File) Constraint() string {
	expr := inName(f.Name)
	if line := f.buildLine(); line != nil {
		if expr == nil {
			expr = line
		} else {
			expr = &constraint.AndExpr{X: expr, Y: line}
		}
	}
	if expr == nil {
		return ""
	}
	return expr.String()
}

// ConstraintInName returns the build constraint that a file's name makes, and ""
// if it makes none.
func ConstraintInName(name string) string {
	if expr := inName(name); expr != nil {
		return expr.String()
	}
	return ""
}

// buildLine returns the go:build line ahead of the package clause.
func (f *File) buildLine() constraint.Expr {
	for _, group := range f.Syntax.Comments {
		if group.Pos() > f.Syntax.Package {
			break
		}
		if i := slices.IndexFunc(group.List, func(c *ast.Comment) bool { return constraint.IsGoBuild(c.Text) }); i >= 0 {
			// The go command has refused a line that does not parse.
			expr, _ := constraint.Parse(group.List[i].Text)
			return expr
		}
	}
	return nil
}

// Suffix returns what must stand at the end of the name of another file, ahead of
// .go, so that the go command builds it where it builds f as far as its name
// tells: such as _linux_amd64 or _windows_test.
func (f *File) Suffix() string {
	suffix := ""
	for _, word := range constraining(f.Name) {
		suffix += "_" + word
	}
	if f.Test() {
		suffix += "_test"
	}
	return suffix
}

// inName returns the constraint that a file's name makes, nil if it makes none.
func inName(name string) constraint.Expr {
	var expr constraint.Expr
	for _, word := range constraining(name) {
		var tag constraint.Expr = &constraint.TagExpr{Tag: word}
		if expr != nil {
			tag = &constraint.AndExpr{X: expr, Y: tag}
		}
		expr = tag
	}
	return expr
}

// constraining returns the words of a file's name that make a constraint:
// name_GOOS.go, name_GOARCH.go and name_GOOS_GOARCH.go are built for these alone.
func constraining(name string) []string {
	name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), ".go"), "_test")
	// What stands before the first underscore is never a constraint.
	words := strings.Split(name, "_")[1:]
	last := len(words) - 1
	switch {
	case last < 0:
		return nil
	case last > 0 && slices.Contains(architectures, words[last]) && slices.Contains(systems, words[last-1]):
		return words[last-1:]
	case slices.Contains(systems, words[last]) || slices.Contains(architectures, words[last]):
		return words[last:]
	}
	return nil
}

// The names that the go command knows in file names, those of the past and of
// the future included, so that they never grow (see go help buildconstraint).
var (
	systems = strings.Fields(`aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9
		solaris wasip1 windows zos`)
	architectures = strings.Fields(`386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le
		mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm`)
)
