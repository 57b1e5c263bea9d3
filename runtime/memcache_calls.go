package runtime

import (
	"bufio"
	"cmp"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/kv"
)

// A lookup fills what a query asks for.
type lookup struct {
	query kv.Query
	found []kv.Found
}

func (u *lookup) carry(l *lane) error { return l.carry(u) }

func (u *lookup) ask(m *message) { m.get(u.query) }

func (u *lookup) read(r *bufio.Reader) error {
	clear(u.found) // an attempt that failed may have filled some
	return readItems(r, u.query, u.found)
}

// changes are an Add, Swap or Delete of some items.
type changes struct {
	verb     verb
	commands []command
	answered int // the first so many commands
}

// newChanges returns the changes of those items that a server can take, and
// what is wrong with the others.
func newChanges(v verb, items []Item) (*changes, []error) {
	errs := make([]error, len(items))
	c := &changes{verb: v, commands: make([]command, 0, len(items))}
	now, keys := time.Now(), kv.NewChecker(items[0].Key)
	for i := range items {
		item := &items[i]
		seconds, err := exptime(item.Expires, now)
		errs[i] = cmp.Or(keys.Check(item.Key), err)
		if errs[i] == nil {
			c.commands = append(c.commands, command{item: item, exptime: seconds, at: i})
		}
	}
	return c, errs
}

// carry does all commands on one connection.
func (c *changes) carry(s *server, end limit) {
	err := s.write(end, func(l *lane) error { return l.carry(c) })
	for i := range c.commands {
		command := &c.commands[i]
		if i < c.answered {
			command.err = s.failure(end, command.err)
		} else {
			command.err = err
		}
	}
}

func (c *changes) ask(m *message) {
	for i := range c.commands {
		m.change(c.verb, &c.commands[i])
	}
}

func (c *changes) read(r *bufio.Reader) error {
	for i := range c.commands {
		line, err := readLine(r)
		if err != nil {
			return err
		}
		outcome, wrong := c.verb.outcome(line)
		if wrong != nil {
			return wrong
		}
		c.commands[i].err = outcome
		c.answered++
	}
	return nil
}
