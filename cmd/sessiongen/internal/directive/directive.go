// Package directive finds the go:generate directives that run sessiongen.
package directive

import (
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Directive is a go:generate directive that runs sessiongen.
type Directive struct {
	Pos  token.Position
	Args []string // of sessiongen
}

const prefix = "//go:generate"

// Scan returns the directives of a file that run sessiongen. getenv looks up
// the variables that go generate does not set itself.
func Scan(fset *token.FileSet, file *ast.File, getenv func(string) string) []Directive {
	var found []Directive
	aliases := map[string][]string{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			rest, ok := strings.CutPrefix(comment.Text, prefix)
			if !ok || rest == "" || rest[0] != ' ' && rest[0] != '\t' {
				continue
			}
			pos := fset.PositionFor(comment.Pos(), false)
			if pos.Column != 1 {
				continue
			}
			words := split(rest)
			for i, word := range words {
				words[i] = os.Expand(word, variables(pos, file.Name.Name, getenv))
			}
			if len(words) > 1 && words[0] == "-command" {
				aliases[words[1]] = words[2:]
				continue
			}
			if len(words) > 0 && aliases[words[0]] != nil {
				words = slices.Concat(aliases[words[0]], words[1:])
			}
			if args, ok := arguments(words); ok {
				found = append(found, Directive{pos, args})
			}
		}
	}
	return found
}

// split splits a command into words as go generate does: at blanks, but for
// words in double quotes, which are strings of Go.
func split(command string) []string {
	var words []string
	for {
		command = strings.TrimLeft(command, " \t")
		if command == "" {
			return words
		}
		if quoted, err := strconv.QuotedPrefix(command); err == nil && command[0] == '"' {
			word, _ := strconv.Unquote(quoted)
			words, command = append(words, word), command[len(quoted):]
			continue
		}
		end := strings.IndexAny(command, " \t")
		if end < 0 {
			end = len(command)
		}
		words, command = append(words, command[:end]), command[end:]
	}
}

// variables returns the value of a variable in a directive at pos.
func variables(pos token.Position, pkg string, getenv func(string) string) func(string) string {
	return func(name string) string {
		switch name {
		case "GOFILE":
			return filepath.Base(pos.Filename)
		case "GOLINE":
			return strconv.Itoa(pos.Line)
		case "GOPACKAGE":
			return pkg
		case "DOLLAR":
			return "$"
		}
		return getenv(name)
	}
}

// arguments returns the arguments that a command gives to sessiongen, and
// whether it runs it at all.
func arguments(words []string) ([]string, bool) {
	if len(words) == 0 {
		return nil, false
	}
	if words[0] != "go" {
		return words[1:], isProgram(filepath.ToSlash(words[0]))
	}
	if len(words) < 3 || words[1] != "tool" && words[1] != "run" {
		return nil, false
	}
	words, run := words[2:], words[1] == "run"
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		if slices.Contains(takeValue, strings.TrimLeft(words[0], "-")) && len(words) > 1 {
			words = words[1:]
		}
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, false
	}
	program, _, _ := strings.Cut(words[0], "@")
	if run && path.Base(path.Dir(program)) != "cmd" {
		return nil, false
	}
	return words[1:], isProgram(program)
}

// takeValue are flags of the go command whose value may be the next word.
var takeValue = []string{
	"C", "asmflags", "exec", "gcflags", "ldflags", "mod", "modfile", "overlay", "p", "pgo", "tags", "toolexec",
}

func isProgram(name string) bool {
	return strings.TrimSuffix(path.Base(name), ".exe") == "sessiongen"
}
