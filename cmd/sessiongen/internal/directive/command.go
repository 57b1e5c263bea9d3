package directive

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Command is one that runs sessiongen.
type Command struct {
	Dir  string   // that it runs in, as -C of the go command has it, empty if it has none
	Env  []string // variables that it sets
	Args []string // of sessiongen
}

// parse reads a command. It is not ok if it does not run sessiongen, or in a way
// that only a shell can tell.
func parse(words []string) (c Command, ok bool) {
	words = c.env(words)
	if len(words) == 0 {
		return Command{}, false
	}
	if words[0] == "go" {
		words = c.goCommand(words[1:])
	}
	if len(words) == 0 || !isProgram(filepath.ToSlash(words[0])) {
		return Command{}, false
	}
	c.Args = words[1:]
	return c, true
}

// env returns the command that env is to run, and the command itself if it is
// another one. Options of env are not read.
func (c *Command) env(words []string) []string {
	if len(words) == 0 || path.Base(words[0]) != "env" {
		return words
	}
	words = words[1:]
	for len(words) > 0 && strings.Contains(words[0], "=") && words[0][0] != '-' {
		c.Env, words = append(c.Env, words[0]), words[1:]
	}
	return words
}

// goCommand returns the program that the go command is to run, by its name alone,
// and its arguments, nil if there is none.
func (c *Command) goCommand(words []string) []string {
	words = c.flags(words)
	if len(words) == 0 || words[0] != "tool" && words[0] != "run" {
		return nil
	}
	run := words[0] == "run"
	words = c.flags(words[1:])
	if len(words) == 0 {
		return nil
	}
	program, _, _ := strings.Cut(words[0], "@")
	if run && path.Base(path.Dir(program)) != "cmd" {
		return nil
	}
	return append([]string{path.Base(program)}, words[1:]...)
}

// takeValue are flags of the go command whose value may be the next word.
var takeValue = []string{
	"C", "asmflags", "exec", "gcflags", "ldflags", "mod", "modfile", "overlay", "p", "pgo", "tags", "toolexec",
}

// flags returns what follows the flags of the go command.
func (c *Command) flags(words []string) []string {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		name, value, has := strings.Cut(strings.TrimLeft(words[0], "-"), "=")
		words = words[1:]
		if !has && slices.Contains(takeValue, name) && len(words) > 0 {
			value, words = words[0], words[1:]
		}
		if name == "C" {
			c.Dir = value
		}
	}
	return words
}

func isProgram(name string) bool {
	return strings.TrimSuffix(path.Base(name), ".exe") == "sessiongen"
}
