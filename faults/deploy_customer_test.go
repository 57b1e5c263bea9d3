package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"testing"
)

// retyped are the variables that are stored otherwise from a version on, and the
// number of that version. What is lost thereby was accepted.
var retyped = map[string]int{"mode": 3, "roles": 3, "plan": 3}

// A customer is a visitor with one cookie jar whose requests go to any version, and
// what the visitor was promised.
type customer struct {
	name   string
	client *http.Client
	random *rand.Rand
	all    []*build // that are ever deployed

	lives  bool            // there is a session
	stored map[string]held // in it, or what the request under way has set
	steps  []string
	made   int // requests
}

// A held is the value of a variable, and the version that has set it.
type held struct {
	by    *build
	value any
}

func newCustomer(t testing.TB, name string, seed uint64, all []*build) *customer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 8}
	t.Cleanup(transport.CloseIdleConnections)
	return &customer{
		name:   name,
		client: &http.Client{Jar: jar, Transport: transport, Timeout: 2 * patience},
		random: rand.New(rand.NewPCG(seed, 0)),
		all:    all,
		stored: map[string]held{},
	}
}

// reads tells whether the build can read what another one has stored.
func (b *build) reads(name string, by *build) bool {
	from, ok := retyped[name]
	return !ok || b.number >= from == (by.number >= from)
}

// sees returns what the build must see of a variable.
func (c *customer) sees(b *build, name string) (value any, set bool) {
	h, ok := c.stored[name]
	if !ok || !b.reads(name, h.by) {
		return nil, false
	}
	return b.shapes[name].of(h.value), true
}

// value returns a random value that every build holds that can read it.
func (c *customer) value(b *build, name string) any {
	var others []*shape
	for _, other := range c.all {
		if s := other.shapes[name]; s != nil && other.reads(name, b) {
			others = append(others, s)
		}
	}
	return b.shapes[name].random(c.random, others)
}

// begin begins a request.
func (c *customer) begin(b *build) *errand {
	e := &errand{build: b, isNew: !c.lives, unreadable: map[string]bool{}, allowed: map[string]bool{"created": !c.lives}}
	for name, s := range b.shapes {
		if h, ok := c.stored[name]; ok && !s.Lazy && !b.reads(name, h.by) {
			e.unreadable[name] = true
		}
	}
	return e
}

func (c *customer) get(e *errand, name string) {
	value, set := c.sees(e.build, name)
	e.add(task{Do: "get", Name: name}, want{set: set, value: value})
	if _, ok := c.stored[name]; ok && !set {
		e.unreadable[name] = true
	}
}

func (c *customer) set(e *errand, name string, value any) {
	e.add(task{"set", name, value}, want{})
	c.stored[name] = held{e.build, e.shapes[name].of(value)}
}

// update changes a variable by something. It is stored at once.
func (c *customer) update(e *errand, name string, by any) {
	is, _ := c.sees(e.build, name)
	e.add(task{"update", name, by}, want{value: is})
	c.stored[name], c.lives = held{e.build, e.shapes[name].of(e.shapes[name].changed(is, by))}, true
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

// visit makes a random request.
func (c *customer) visit(t testing.TB, b *build) error {
	e := c.begin(b)
	for range 1 + c.random.IntN(8) {
		c.use(e, c.anyOf(b))
		c.move(e)
	}
	return c.make(t, e)
}

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

// look reads all that a build declares.
func (c *customer) look(t testing.TB, b *build) error {
	e := c.begin(b)
	for name := range b.shapes {
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
		if name := c.anyOf(e.build); !used[name] {
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
	return firstOf(errs)
}

func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// anyOf returns the name of a variable that the build declares.
func (c *customer) anyOf(b *build) string { return pick(c.random, slices.Sorted(maps.Keys(b.shapes))) }

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// make makes a request. What it has set is stored at its end.
func (c *customer) make(t testing.TB, e *errand) error {
	c.lives = c.lives || len(c.stored) > 0
	c.note(e)
	return c.send(t, e)
}

// note notes a request for the case that it or a later one fails.
func (c *customer) note(e *errand) {
	c.made++
	c.steps = append(c.steps, fmt.Sprintf("version %d: %v", e.number, e.tasks))
	c.steps = c.steps[max(0, len(c.steps)-12):]
}

func (c *customer) send(t testing.TB, e *errand) error {
	a, err := e.do(t.Context(), c.client, e.tasks)
	if err == nil {
		err = e.check(a)
	}
	if err != nil {
		return fmt.Errorf("%s, version %d: %w, in the last of\n%s", c.name, e.number, err, strings.Join(c.steps, "\n"))
	}
	return nil
}
