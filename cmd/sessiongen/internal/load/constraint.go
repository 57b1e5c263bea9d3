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

// inName returns the constraint that a file's name makes: name_GOOS.go,
// name_GOARCH.go and name_GOOS_GOARCH.go are built for these alone.
func inName(name string) constraint.Expr {
	name = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), ".go"), "_test")
	// What stands before the first underscore is never a constraint.
	words := strings.Split(name, "_")[1:]
	if len(words) == 0 {
		return nil
	}
	last := words[len(words)-1]
	if !slices.Contains(systems, last) && !slices.Contains(architectures, last) {
		return nil
	}
	var expr constraint.Expr = &constraint.TagExpr{Tag: last}
	if len(words) > 1 && slices.Contains(architectures, last) && slices.Contains(systems, words[len(words)-2]) {
		expr = &constraint.AndExpr{X: &constraint.TagExpr{Tag: words[len(words)-2]}, Y: expr}
	}
	return expr
}

// The names that the go command knows in file names, those of the past and of
// the future included, so that they never grow (see go help buildconstraint).
var (
	systems = strings.Fields(`aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9
		solaris wasip1 windows zos`)
	architectures = strings.Fields(`386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le
		mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm`)
)
