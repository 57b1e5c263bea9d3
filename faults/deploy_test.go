package faults

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var deploySeed = flag.Uint64("deploy.seed", 0, "seed of the requests to several versions of an app; 0 chooses one")

// Versions of an app run side by side on one memcached, as they do while one is
// deployed. The command makes each of them where the one before was made, so that
// it compares the two; see testdata/deploy for what it is to compare.
func TestRollingDeploy(t *testing.T) {
	server := startMemcached(t, "-m", "1024") // nothing must be evicted
	v := newVersions(t)
	v.begin(t, "first", "", "first")
	v.mustGenerate(t, "first")
	v.begin(t, "second", "first", "second")
	v.mustGenerate(t, "second")
	v.begin(t, "third", "second", "third")
	if lost, want := v.refused(t, "third"), slices.Sorted(maps.Keys(retyped)); !slices.Equal(lost, want) {
		t.Fatalf("the third version is refused for %q, want %q", lost, want)
	}
	v.mustGenerate(t, "third", "-accept", "mode,roles", "-accept", "plan")

	v.begin(t, "forced", "third", "third",
		"`session:\"token\"`", "",
		"Visits int64", "Visits int8",
		"Settings Settings +`.*`", "Settings Settings",
		"Email string\n\tHome  Address\n\tLangs \\[]string", "Address string")
	lost := v.refused(t, "forced")
	if err := os.Remove(filepath.Join(v.dir, "forced", "session.schema")); err != nil {
		t.Fatal(err)
	}
	v.mustGenerate(t, "forced")
	v.build(t)

	d := deploy{seed: *deploySeed, lost: lost}
	if d.seed == 0 {
		d.seed = rand.Uint64()
	}
	for i, name := range []string{"first", "second", "third"} {
		d.builds = append(d.builds, v.start(t, i+1, name, server))
	}
	d.forced = v.start(t, 4, "forced", server)
	t.Run("OneVisitorOfAllVersionsAtOnceLosesNothing", d.testOneVisitor)
	t.Run("ManyVisitorsOfAllVersionsAtOnceLoseNothing", d.testManyVisitors)
	t.Run("StepsForthAndBackLoseNothing", d.testSteps)
	t.Run("LargerNumberIsNotSetForAVersionThatCantHoldIt", d.testLargerNumbers)
	t.Run("RefusedChangeLosesWhatTheDiagnosticsSay", d.testRefused)
	t.Run("RefusedChangeIsFoundOutByTheRequests", d.testFoundOut)
	if t.Failed() {
		t.Logf("the same requests: go test -run %s . -deploy.seed=%d", t.Name(), d.seed)
	}
}

// losses are what diagnostics say that visitors lose.
var losses = regexp.MustCompile("visitors whose ([a-z0-9_]+) was stored before this deploy lose it(?: if it does not fit)?(?:, and so do those whom a build from before it answers again)?, while the rest of their session stays|" +
	"visitors lose what is stored as ([a-z0-9_]+)")

// refused generates a version, which must be refused, and returns the variables
// that visitors would lose by it. Nothing must be written.
func (v versions) refused(t *testing.T, name string) (lost []string) {
	t.Helper()
	files := func() (texts []string) {
		for _, file := range []string{"session.schema", "session_gen.go"} {
			texts = append(texts, readFile(t, filepath.Join(v.dir, name, file)))
		}
		return texts
	}
	before := files()
	said := v.generate(t, name)
	if !slices.Equal(files(), before) {
		t.Fatalf("%s was refused and has changed", name)
	}
	for _, words := range losses.FindAllStringSubmatch(said, -1) {
		lost = append(lost, words[1]+words[2])
	}
	slices.Sort(lost)
	return lost
}

// A deploy is the versions of the app.
type deploy struct {
	builds []*build // in the order of their numbers
	forced *build   // was refused
	lost   []string // what visitors lose by that
	seed   uint64
}

func (d deploy) testOneVisitor(t *testing.T) {
	c := newCustomer(t, "one", d.seed, d.builds)
	for c.made < times(1000, 20_000) {
		must(t, c.come(t, d.builds))
	}
	logMade(t, c)
}

func (d deploy) testManyVisitors(t *testing.T) {
	customers := make([]*customer, 16)
	for i := range customers {
		customers[i] = newCustomer(t, fmt.Sprint(i), d.seed+uint64(i), d.builds)
	}
	sideBySide(t, len(customers), len(customers), func(i int) {
		for customers[i].made < times(80, 2500) && !t.Failed() {
			if err := customers[i].come(t, d.builds); err != nil {
				t.Error(err)
			}
		}
	})
	logMade(t, customers...)
}

// With each step a visitor more comes, and all of them stay to the end.
func (d deploy) testSteps(t *testing.T) {
	first, second, third := d.builds[0], d.builds[1], d.builds[2]
	var customers []*customer
	for i, step := range [][]*build{
		{first}, {first, second}, {second}, {second, third}, {third}, // forth
		{third, second}, {second}, {second, first}, {first}, // and back
		{first, third}, {third}, {third, first}, // without the one between
	} {
		customers = append(customers, newCustomer(t, fmt.Sprint(i), d.seed+uint64(i), d.builds))
		for _, c := range customers {
			for range times(7, 250) {
				if err := c.come(t, step); err != nil {
					t.Fatalf("in step %d: %v", i, err)
				}
			}
		}
	}
	logMade(t, customers...)
}

func logMade(t *testing.T, customers ...*customer) {
	made, crossed := 0, 0
	for _, c := range customers {
		made, crossed = made+c.made, crossed+c.crossed
	}
	t.Logf("%d requests met %d values of other versions", made, crossed)
}

// What was refused does what the diagnostics say, and no more: the rest of the
// session stays, and so does what the version before has stored.
func (d deploy) testRefused(t *testing.T) {
	last := d.builds[2]
	c := newCustomer(t, "one", d.seed, d.builds)
	e := c.begin(last)
	for _, name := range last.names() {
		c.set(e, name, c.value(last, name))
	}
	c.set(e, "visits", json.Number("1000"))
	must(t, c.make(t, e))

	var lost []string
	e = &errand{build: d.forced, beside: true, allowed: map[string]bool{"changed": true}}
	for _, name := range last.names() {
		if d.forced.shapes[name] == nil {
			lost = append(lost, name)
		} else {
			e.add(task{Do: "get", Name: name}, want{open: true})
		}
	}
	a, err := e.do(t.Context(), c.client, e.tasks)
	must(t, err)
	must(t, e.check(a))
	for i, saw := range a.Seen {
		name := e.tasks[i].Name
		if !saw.Set {
			lost = append(lost, name)
		} else if err := (want{set: true, value: last.shapes[name].of(c.stored[name].value)}).check(d.forced.shapes[name], saw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if slices.Sort(lost); !slices.Equal(lost, d.lost) {
		t.Errorf("%q is lost; the diagnostics say %q", lost, d.lost)
	}
	must(t, c.look(t, last))
}

// The requests of these tests find a version that loses something.
func (d deploy) testFoundOut(t *testing.T) {
	c := newCustomer(t, "one", d.seed, d.builds)
	for c.made < 1000 {
		if err := c.come(t, slices.Concat(d.builds, []*build{d.forced})); err != nil {
			t.Logf("after %d requests: %v", c.made, err)
			return
		}
	}
	t.Error("nothing is lost")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
