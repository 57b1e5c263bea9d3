// Package directive finds the go:generate directives that run sessiongen.
package directive

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Directive is a go:generate directive that runs sessiongen.
type Directive struct {
	Pos token.Position
	Command
}

const prefix = "//go:generate"

// Scan returns the directives of a file that run sessiongen. getenv looks up
// the variables that go generate does not set itself.
func Scan(fset *token.FileSet, file *ast.File, getenv func(string) string) []Directive {
	var found []Directive
	aliases := map[string][]string{}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if !Is(comment.Text) {
				continue
			}
			pos := fset.PositionFor(comment.Pos(), false)
			if pos.Column != 1 {
				continue
			}
			words := split(comment.Text[len(prefix):])
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
			if c, ok := parse(words); ok {
				found = append(found, Directive{pos, c})
			}
		}
	}
	return found
}

// Is tells whether a line is a go:generate directive, be it for sessiongen or not.
func Is(line string) bool {
	return strings.HasPrefix(line, prefix+" ") || strings.HasPrefix(line, prefix+"\t")
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
