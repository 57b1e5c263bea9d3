package faults

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

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

	made    int // requests
	crossed int // values that another version had set
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

// sees returns what the build must see of a variable.
func (c *customer) sees(b *build, name string) (value any, set bool) {
	h, ok := c.stored[name]
	if !ok || !b.reads(name, h.by) {
		return nil, false
	}
	if h.by != b {
		c.crossed++
	}
	return b.shapes[name].of(h.value), true
}

// meets returns what a request sees of a variable, which an event tells if it can't
// be read.
func (c *customer) meets(e *errand, name string) (value any, set bool) {
	value, set = c.sees(e.build, name)
	if _, ok := c.stored[name]; ok && !set {
		e.unreadable[name] = true
	}
	return value, set
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
	value, set := c.meets(e, name)
	e.add(task{Do: "get", Name: name}, want{set: set, value: value})
}

func (c *customer) set(e *errand, name string, value any) {
	e.add(task{"set", name, value}, want{})
	c.stored[name] = held{e.build, e.shapes[name].of(value)}
}

// update changes a variable by something. It is stored at once.
func (c *customer) update(e *errand, name string, by any) {
	is, _ := c.meets(e, name)
	e.add(task{"update", name, by}, want{value: is})
	c.stored[name], c.lives = held{e.build, e.shapes[name].of(e.shapes[name].changed(is, by))}, true
}

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
