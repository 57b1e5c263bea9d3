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
	v := &errand{build: b, isNew: !c.lives, changed: map[string]bool{}, allowed: map[string]bool{"created": !c.lives}}
	for name, s := range b.shapes {
		if h, ok := c.stored[name]; ok && !s.Lazy && !b.reads(name, h.by) {
			v.changed[name] = true
		}
	}
	return v
}

func (c *customer) get(v *errand, name string) {
	value, set := c.sees(v.build, name)
	v.add(task{Do: "get", Name: name}, want{set: set, value: value})
	if _, ok := c.stored[name]; ok && !set {
		v.changed[name] = true
	}
}

func (c *customer) set(v *errand, name string, value any) {
	v.add(task{"set", name, value}, want{})
	c.stored[name] = held{v.build, v.shapes[name].of(value)}
}

// update changes a variable by something. It is stored at once.
func (c *customer) update(v *errand, name string, by any) {
	is, _ := c.sees(v.build, name)
	v.add(task{"update", name, by}, want{value: is})
	c.stored[name], c.lives = held{v.build, v.shapes[name].of(v.shapes[name].changed(is, by))}, true
}

// use does something with a variable.
func (c *customer) use(v *errand, name string) {
	switch n := c.random.IntN(20); {
	case n < 6:
		c.get(v, name)
	case n < 11:
		c.set(v, name, c.value(v.build, name))
	case n < 16:
		is, _ := c.sees(v.build, name)
		c.update(v, name, v.shapes[name].difference(c.random, is, c.value(v.build, name)))
	case n < 18:
		v.add(task{Do: "clear", Name: name}, want{})
		delete(c.stored, name)
	case v.shapes[name].Pop:
		value, _ := c.sees(v.build, name)
		v.add(task{Do: "pop", Name: name}, want{value: value})
		delete(c.stored, name)
	}
}

// move does something with the whole session.
func (c *customer) move(v *errand) {
	switch n := c.random.IntN(60); {
	case n < 10:
		v.add(task{Do: "save"}, want{})
		c.lives = c.lives || len(c.stored) > 0
	case n < 18:
		v.add(task{Do: "renew"}, want{})
		v.allowed["renewed"] = true
	case n < 23:
		v.add(task{Do: "login", Name: c.name}, want{})
		v.allowed["renewed"] = true
		c.lives = true
	case n == 23:
		v.add(task{Do: "logout"}, want{})
		v.allowed["destroyed"], v.allowed["created"] = true, true
		c.lives, c.stored = false, map[string]held{}
	}
}

// visit makes a random request.
func (c *customer) visit(t testing.TB, b *build) error {
	v := c.begin(b)
	for range 1 + c.random.IntN(8) {
		c.use(v, c.anyOf(b))
		c.move(v)
	}
	return c.make(t, v)
}

// look reads all that a build declares.
func (c *customer) look(t testing.TB, b *build) error {
	v := c.begin(b)
	for name := range b.shapes {
		c.get(v, name)
	}
	return c.make(t, v)
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
		v := c.begin(pick(c.random, builds))
		c.update(v, "visits", number(c.random, "int", 1, 1))
		v.wants[0].open = true
		errands = append(errands, v)
		used["visits"] = true
	}
	for range 5 {
		v := c.begin(pick(c.random, builds))
		if name := c.anyOf(v.build); !used[name] {
			c.use(v, name)
			errands = append(errands, v)
			used[name] = true
		}
	}
	errs := make([]error, len(errands))
	var running sync.WaitGroup
	for i, v := range errands {
		v.beside = true
		c.note(v)
		running.Go(func() { errs[i] = c.send(t, v) })
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
func (c *customer) make(t testing.TB, v *errand) error {
	c.lives = c.lives || len(c.stored) > 0
	c.note(v)
	return c.send(t, v)
}

// note notes a request for the case that it or a later one fails.
func (c *customer) note(v *errand) {
	c.made++
	c.steps = append(c.steps, fmt.Sprintf("version %d: %v", v.number, v.tasks))
	c.steps = c.steps[max(0, len(c.steps)-12):]
}

func (c *customer) send(t testing.TB, v *errand) error {
	a, err := v.do(t.Context(), c.client, v.tasks)
	if err == nil {
		err = v.check(a)
	}
	if err != nil {
		return fmt.Errorf("%s, version %d: %w, in the last of\n%s", c.name, v.number, err, strings.Join(c.steps, "\n"))
	}
	return nil
}
