package peer

import (
	"testing"

	"github.com/sessiongen/sessiongen/bench/internal/shape"
)

func TestWrongAnswersAreFound(t *testing.T) {
	e := expect(ReadWrite, shape.OfFive())
	if err := e.check(shape.OfFive().Visits(), 1, false); err != nil {
		t.Fatal(err)
	}
	if err := e.check(shape.OfFive().Visits(), 1, false); err == nil {
		t.Error("a request that finds what the one before it found has not seen its write")
	}
	first := expect(FirstVisit, shape.OfFive())
	if err := first.check(0, 1, false); err == nil {
		t.Error("a first visit without a cookie is none")
	}
}

func TestLibrariesInMemoryKeepWhatIsSet(t *testing.T) {
	for _, l := range []Library{Sessiongen, SCS} {
		for _, work := range []Work{Untouched, Read, ReadWrite, SetAll, FirstVisit, Getter, Setter} {
			site, err := l.Open(shape.OfFive(), "")
			if err != nil {
				t.Fatal(err)
			}
			v, err := site.Visitor(work)
			if err != nil {
				t.Fatalf("%s, work %d: %v", l.Name, work, err)
			}
			if err := v.Do(3); err != nil {
				t.Errorf("%s, work %d: %v", l.Name, work, err)
			}
			site.Close()
		}
	}
}

func TestBareSealsOpenAndSealWhatSessiongenDoes(t *testing.T) {
	for work, written := range map[Work]int{Read: 0, ReadWrite: 1} {
		site, err := BareSeals.Open(shape.OfFive(), "")
		if err != nil {
			t.Fatal(err)
		}
		v, err := site.Visitor(work)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Do(2); err != nil {
			t.Error(err)
		}
		values, sealed := v.(*sealsVisitor).sealed, 0
		for _, s := range values {
			if s.written {
				sealed++
			}
		}
		if len(values) != 6 || sealed != written {
			t.Errorf("work %d: %d opened and %d sealed", work, len(values), sealed)
		}
		site.Close()
	}
}
