package memcached

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A Verb is what is done with an item, in memcached's own word. There is no
// "set", because a set that is refused for its size deletes the old value.
type Verb string

const (
	Add    Verb = "add"    // if the key is absent
	Swap   Verb = "cas"    // if the item still has the version
	Delete Verb = "delete" // whatever is there, if anything is
)

// A Command is an item that a verb is done with, and what became of it.
type Command struct {
	Key     string
	Value   []byte
	Version uint64    // for Swap
	Expires time.Time // zero: never

	exptime int32

	Outcome Outcome
	Err     error // more about an Outcome that is Unknown, TooLarge or Refused
}

// An Outcome is what became of a [Command].
type Outcome uint8

const (
	Unknown  Outcome = iota // nobody knows whether it was done
	Done                    // for a Delete, also if the key was absent
	Exists                  // the key is there, or has another version, and was left alone
	NotFound                // the key is absent
	TooLarge                // the server takes only smaller values, and kept what it had
	Refused                 // by this package: nothing was sent
)

// changes are the commands of one call, all with one verb.
type changes struct {
	verb     Verb
	commands []Command
	prefix   string // of the keys on the server
}

// check refuses the commands that no server can take, and returns how many are
// left.
func (c *changes) check(now time.Time) int {
	left, keys := 0, kv.NewChecker(c.commands[0].Key)
	for i := range c.commands {
		command := &c.commands[i]
		seconds, err := exptime(command.Expires, now)
		command.exptime, command.Outcome, command.Err = seconds, Unknown, cmp.Or(keys.Check(command.Key), err)
		if command.Err != nil {
			command.Outcome = Refused
		} else {
			left++
		}
	}
	return left
}

// sendable are the commands that were not refused.
func (c *changes) sendable() iter.Seq[*Command] {
	return func(yield func(*Command) bool) {
		for i := range c.commands {
			if command := &c.commands[i]; command.Outcome != Refused && !yield(command) {
				return
			}
		}
	}
}

// carry does all commands on one connection. It returns false if it has sent
// none.
func (c *changes) carry(s *server, end limit) bool {
	err := s.write(end, func(l *lane) error { return l.carry(c) })
	if errors.Is(err, errNotCarried) {
		return false
	}
	shifted := errors.Is(err, errUnasked) // any answer may be the one too many
	for command := range c.sendable() {
		if shifted {
			command.Outcome, command.Err = Unknown, nil
		}
		why := err
		if command.Err != nil {
			why = s.failure(end, command.Err)
		}
		command.settle(s, why)
	}
	return true
}

// settle sets the error of an outcome that needs one.
func (c *Command) settle(s *server, err error) {
	switch c.Outcome {
	case Unknown:
		c.Err = err
	case TooLarge:
		c.Err = fmt.Errorf("memcached at %s takes only smaller ones: raise its option -I, or lower Config.MaxValueSize", s.address)
	}
}

func (c *changes) ask(m *message) {
	for command := range c.sendable() {
		m.change(c.verb, c.prefix, command)
	}
}

func (c *changes) read(r *bufio.Reader) error {
	first := true
	for command := range c.sendable() {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		outcome, failed, wrong := c.verb.outcome(line)
		if wrong == errFull && !first { // it has taken the connection, and a command
			wrong = errProtocol
		}
		if wrong != nil {
			return wrong
		}
		first = false
		command.Outcome, command.Err = outcome, failed
	}
	return nil
}
