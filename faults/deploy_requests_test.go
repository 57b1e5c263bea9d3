package faults

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

// come makes one or several requests to any of the builds.
func (c *customer) come(t testing.TB, builds []*build) error {
	switch c.random.IntN(20) {
	case 0:
		return c.visitSideBySide(t, builds)
	case 1:
		return c.look(t, pick(c.random, builds))
	}
	return c.visit(t, pick(c.random, builds))
}

// visit makes a random request.
func (c *customer) visit(t testing.TB, b *build) error {
	e := c.begin(b)
	for range 1 + c.random.IntN(8) {
		c.use(e, pick(c.random, b.names()))
		c.move(e)
	}
	return c.make(t, e)
}

// use does something with a variable.
func (c *customer) use(e *errand, name string) {
	switch n := c.random.IntN(20); {
	case n < 6:
		c.get(e, name)
	case n < 11:
		c.set(e, name, c.value(e.build, name))
	case n < 16:
		is, _ := c.sees(e.build, name)
		c.update(e, name, e.shapes[name].difference(c.random, is, c.value(e.build, name)))
	case n < 18:
		e.add(task{Do: "clear", Name: name}, want{})
		delete(c.stored, name)
	case e.shapes[name].Pop:
		value, _ := c.sees(e.build, name)
		e.add(task{Do: "pop", Name: name}, want{value: value})
		delete(c.stored, name)
	}
}

// move does something with the whole session.
func (c *customer) move(e *errand) {
	switch n := c.random.IntN(60); {
	case n < 10:
		e.add(task{Do: "save"}, want{})
		c.lives = c.lives || len(c.stored) > 0
	case n < 18:
		e.add(task{Do: "renew"}, want{})
		e.allowed["renewed"] = true
	case n < 23:
		e.add(task{Do: "login", Name: c.name}, want{})
		e.allowed["renewed"] = true
		c.lives = true
	case n == 23:
		e.add(task{Do: "logout"}, want{})
		e.allowed["destroyed"], e.allowed["created"] = true, true
		c.lives, c.stored = false, map[string]held{}
	}
}

// look reads all that a build declares.
func (c *customer) look(t testing.TB, b *build) error {
	e := c.begin(b)
	for _, name := range b.names() {
		c.get(e, name)
	}
	return c.make(t, e)
}

// visitSideBySide makes requests at once. Each of them uses another variable, but
// for some that count on one and the same.
func (c *customer) visitSideBySide(t testing.TB, builds []*build) error {
	first := c.begin(pick(c.random, builds))
	c.set(first, "visits", number(c.random, "int", 0, 100))
	if err := c.make(t, first); err != nil {
		return err
	}
	var errands []*errand
	used := map[string]bool{}
	for range 3 {
		e := c.begin(pick(c.random, builds))
		c.update(e, "visits", number(c.random, "int", 1, 1))
		e.wants[0].open = true
		errands = append(errands, e)
		used["visits"] = true
	}
	for range 5 {
		e := c.begin(pick(c.random, builds))
		if name := pick(c.random, e.names()); !used[name] {
			c.use(e, name)
			errands = append(errands, e)
			used[name] = true
		}
	}
	errs := make([]error, len(errands))
	var running sync.WaitGroup
	for i, e := range errands {
		e.beside = true
		c.note(e)
		running.Go(func() { errs[i] = c.send(t, e) })
	}
	running.Wait()
	return errors.Join(errs...)
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
