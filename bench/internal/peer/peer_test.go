package peer

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

// works returns a shape for each work.
func works() []struct {
	Work
	shape shape.Shape
} {
	return []struct {
		Work
		shape shape.Shape
	}{
		{Untouched, shape.OfFive()}, {Read, shape.OfFive()}, {ReadWrite, shape.OfFive()}, {SetAll, shape.OfFive()},
		{FirstVisit, shape.OfFive()}, {Getter, shape.OfFive()}, {Setter, shape.OfFive()}, {Count, shape.OfFive()},
		{ReadText, shape.OfText()}, {ReadWriteText, shape.OfText()},
		{ReadDocument, shape.OfDocument(100)},
		{ReadThree, shape.OfTwelve()}, {FirstSets, shape.OfTwelve()},
		{FirstSet, shape.OfTwelve().InSteps([]string{"Visits"}, []string{"Coupon", "Language"})},
		{Login, shape.OfTwelve().Partly(2, 1)}, {Logout, shape.OfTwelve()},
		{ReadOIDC, shape.OfOIDC()}, {RefreshOIDC, shape.OfOIDC()},
		{ReadCart, shape.OfCart()}, {ChangeCart, shape.OfCart()},
		{Flash, shape.OfMessage()},
	}
}

func TestLibrariesInMemoryDoTheWork(t *testing.T) {
	for _, l := range []Library{Sessiongen, SessiongenAtOnce, SCS} {
		for _, w := range works() {
			if err := Check(l, "", w.shape, w.Work); err != nil {
				t.Errorf("%s: %v", l.Name, err)
			}
		}
	}
}

// TestWhoLeavesWorkOutIsFound lets libraries do all of the work but one thing.
func TestWhoLeavesWorkOutIsFound(t *testing.T) {
	for _, w := range works() {
		for what, less := range lessThan(w.Work) {
			if err := checkLess(SCS, w.shape, less, w.Work); err == nil {
				t.Errorf("%s: it does all but the %s, and nobody finds out", w.Name, what)
			}
		}
		idle := change(w.Work, 0, func(r *Request) { r.Typed = nil })
		if err := checkLess(Sessiongen, w.shape, idle, w.Work); err == nil && w.Name != Untouched.Name {
			t.Errorf("%s: sessiongen does nothing, and nobody finds out", w.Name)
		}
	}
}

// checkLess checks the work of a library that does less.
func checkLess(l Library, s shape.Shape, less, w Work) error {
	site, err := l.Open(s, "")
	if err != nil {
		return err
	}
	defer site.Close()
	c := checked{site: site, work: less, want: after(w, s, checkedVisits)}
	v, err := c.visitor()
	if err != nil {
		return err
	}
	v.(*visitor).wants = expect(w, s)
	c.work = w
	return c.check(v)
}

// lessThan returns the work without one thing each, by the names of these.
func lessThan(w Work) map[string]Work {
	all := map[string]Work{}
	for i, r := range w.Requests {
		leave := func(what string, index int, out func(*Request)) {
			all[fmt.Sprintf("%s %d of request %d", what, index, i)] = change(w, i, out)
		}
		for j := range r.Reads {
			leave("read", j, func(r *Request) { r.Reads = slices.Delete(slices.Clone(r.Reads), j, j+1) })
		}
		for j := range r.Changes {
			leave("change", j, func(r *Request) { r.Changes = slices.Delete(slices.Clone(r.Changes), j, j+1) })
		}
		for j := range r.Sets {
			leave("set", j, func(r *Request) { r.Sets = slices.Delete(slices.Clone(r.Sets), j, j+1) })
		}
		for j := range r.Leaves {
			leave("message", j, func(r *Request) { r.Leaves = slices.Delete(slices.Clone(r.Leaves), j, j+1) })
		}
		for j := range r.Takes {
			leave("taking", j, func(r *Request) { r.Takes = slices.Delete(slices.Clone(r.Takes), j, j+1) })
		}
		if r.Renews {
			leave("renewal", 0, func(r *Request) { r.Renews = false })
		}
		if r.Destroys {
			leave("end", 0, func(r *Request) { r.Destroys = false })
		}
	}
	return all
}

// change returns the work with one request changed.
func change(w Work, i int, how func(*Request)) Work {
	w.Requests = slices.Clone(w.Requests)
	how(&w.Requests[i])
	return w
}

func TestUpdatesSideBySideLoseNothing(t *testing.T) {
	const visitors, each = 8, 50
	site, err := Sessiongen.Open(shape.OfFive(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer site.Close()
	cookie, err := site.Session()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range visitors {
		v, err := site.Visitor(Count, cookie)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := v.Do(each); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	held, err := site.Holds(cookie)
	if err != nil {
		t.Fatal(err)
	}
	if want := five.Visits + visitors*each; held["Visits"] != want {
		t.Errorf("it counted to %v, want %d", held["Visits"], want)
	}
}

func TestBareSealsOpenAndSealWhatSessiongenDoes(t *testing.T) {
	twoSteps := shape.OfTwelve().InSteps([]string{"Visits"}, []string{"Language"})
	for _, c := range []struct {
		work           Work
		shape          shape.Shape
		opened, sealed int
	}{
		{Read, shape.OfFive(), 6, 0},
		{ReadWrite, shape.OfFive(), 6, 1},
		{Read, twoSteps, 3, 0},
		{FirstSet, twoSteps, 3, 4}, // three variables, and the record
		{FirstVisit, shape.OfFive(), 0, 6},
	} {
		site, err := BareSeals.Open(c.shape, "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := site.Visitor(c.work, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Do(2); err != nil {
			t.Error(err)
		}
		if v := v.(*sealsVisitor); len(v.opens) != c.opened || len(v.seals) != c.sealed {
			t.Errorf("%s: %d opened and %d sealed", c.work.Name, len(v.opens), len(v.seals))
		}
		site.Close()
	}
}
