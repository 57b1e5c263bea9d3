package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A place is where commands run: a folder, and what is in their environment, or
// added to it.
type place struct {
	dir string
	env []string // added to ours
	own bool     // env is all there is
}

// command returns a command that is not started yet.
func (p place) command(name string, args ...string) *exec.Cmd {
	if p.own {
		name = filepath.Join(p.value("PATH"), name)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = p.dir
	cmd.Env = p.environ() // of which the package sets PWD
	return cmd
}

func (p place) environ() []string {
	if p.own {
		return append([]string(nil), p.env...)
	}
	return append(os.Environ(), p.env...)
}

func (p place) value(name string) string {
	for _, setting := range p.env {
		if value, ok := strings.CutPrefix(setting, name+"="); ok {
			return value
		}
	}
	return ""
}

// run returns what a command prints. An error has the end of its complaints.
func (p place) run(name string, args ...string) (string, error) {
	cmd := p.command(name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(cmp.Or(stderr.String(), stdout.String()))
		return stdout.String(), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, end(said))
	}
	return stdout.String(), nil
}

// all runs commands, given as lines without quotes, up to the first that fails.
func (p place) all(lines ...string) error {
	for _, line := range lines {
		words := strings.Fields(line)
		if _, err := p.run(words[0], words[1:]...); err != nil {
			return err
		}
	}
	return nil
}

func (p place) in(folder string) place {
	p.dir = filepath.Join(p.dir, folder)
	return p
}

// end returns the last lines of a text, and a few of its first ones.
func end(text string) string {
	const first, last = 10, 30
	lines := strings.Split(text, "\n")
	if len(lines) <= first+last {
		return text
	}
	return strings.Join(slices.Concat(lines[:first], []string{"..."}, lines[len(lines)-last:]), "\n")
}
