package runtime_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// moving is the accessor of builds that move a zip from a string to a number. Each
// declares one of the variables, or both.
type moving struct {
	session runtime.Session
	text    runtime.Var[string] // zip
	number  runtime.Var[int]    // zip_v2
}

// A stage is one of the builds with which the value moves.
type stage struct {
	text, number bool // declared, and set
	readsNumber  bool
	carries      bool // what a build from before has set alone, before it renews a session
	manager      *runtime.Manager[moving]
}

func (g *stage) begin(t *testing.T, store runtime.Store) {
	t.Helper()
	var variables []runtime.Variable[moving]
	if g.text {
		variables = append(variables, runtime.Eager("Zip", "zip", runtime.GobString[string](), func(s *moving) *runtime.Var[string] { return &s.text }))
	}
	if g.number {
		variables = append(variables, runtime.Eager("ZipV2", "zip_v2", runtime.GobInt[int](), func(s *moving) *runtime.Var[int] { return &s.number }))
	}
	var err error
	g.manager, err = runtime.NewManager(runtime.Config{Store: store}, runtime.Schema[moving]{
		Name: "session", Session: func(s *moving) *runtime.Session { return &s.session }, Variables: variables,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// zip reads the value. While builds may set the text alone, the number counts only
// if it says the same.
func (g *stage) zip(s *moving) int {
	text, _ := strconv.Atoi(s.text.Get()) // 0 for none
	switch {
	case !g.number:
		return text
	case g.text && !g.readsNumber && s.number.Get() != text:
		s.number.Set(&s.session, text)
	}
	return s.number.Get()
}

func (g *stage) setZip(s *moving, zip int) {
	if g.text {
		s.text.Set(&s.session, strconv.Itoa(zip))
	}
	if g.number {
		s.number.Set(&s.session, zip)
	}
}

func (g *stage) renew(ctx context.Context, s *moving) error {
	if g.carries {
		g.zip(s)
	}
	return s.session.Renew(ctx)
}

// A movingVisitor is one whose zip moves.
type movingVisitor struct {
	token string
	zip   int
	young bool // the session began, or was renewed, in this phase
}

// movesWell lets requests go to each build and the next one side by side, and tells
// whether all of them see what was set last. After each pair, the later build is
// alone for a Lifetime: sessions end that are not renewed then.
func movesWell(t *testing.T, r *rand.Rand, stages []*stage) bool {
	t.Helper()
	ctx, store := t.Context(), runtime.NewMemory()
	for _, g := range stages {
		g.begin(t, store)
	}
	var visitors []movingVisitor
	for i := range stages[1:] {
		for _, builds := range [][]*stage{stages[i : i+2], stages[i+1 : i+2]} {
			for j := range visitors {
				visitors[j].young = false
			}
			for range 100 {
				if len(visitors) < 5 || r.IntN(4) == 0 {
					visitors = append(visitors, movingVisitor{})
				}
				if !builds[r.IntN(len(builds))].serves(t, ctx, r, &visitors[r.IntN(len(visitors))]) {
					return false
				}
			}
			if len(builds) == 1 {
				visitors = slices.DeleteFunc(visitors, func(v movingVisitor) bool { return !v.young })
			}
		}
	}
	return true
}

// serves answers a request of the visitor, and tells whether it has seen what was
// set last. A request may do no more than renew the session, as at a login.
func (g *stage) serves(t *testing.T, ctx context.Context, r *rand.Rand, v *movingVisitor) bool {
	t.Helper()
	s, err := g.manager.Open(ctx, v.token)
	if err != nil {
		t.Fatal(err)
	}
	v.young = v.young || s.session.IsNew()
	right := s.session.IsNew() == (v.token == "")
	switch r.IntN(3) {
	case 0:
		right = right && g.zip(s) == v.zip
	case 1:
		v.zip = 1 + r.IntN(1000)
		g.setZip(s, v.zip)
	case 2:
		if err := g.renew(ctx, s); err != nil {
			t.Fatal(err)
		}
		v.young = true
	}
	if err := s.session.Save(ctx); err != nil {
		t.Fatal(err)
	}
	if c := s.session.Cookie(); c != nil {
		v.token = c.Value
	}
	return right
}

// The remedy for a variable of another type: in three deploys nobody loses anything.
func TestValueThatMovesToAnotherNameInThreeDeploysIsNeverLost(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	all := func() []*stage {
		return []*stage{{text: true}, {text: true, number: true, carries: true}, {text: true, number: true, readsNumber: true}, {number: true, readsNumber: true}}
	}
	for range 20 {
		if !movesWell(t, r, all()) {
			t.Fatalf("seed %d: something is lost", seed)
		}
	}
	loses := func(what string, stages func() []*stage) {
		lost := false
		for range 200 { // which mostly ends early
			lost = lost || !movesWell(t, r, stages())
		}
		if !lost {
			t.Errorf("seed %d: it goes without %s", seed, what)
		}
	}
	loses("the first deploy", func() []*stage { return slices.Delete(all(), 1, 2) })
	loses("the second deploy", func() []*stage { return slices.Delete(all(), 2, 3) })
	loses("a look before sessions are renewed", func() []*stage {
		stages := all()
		stages[1].carries = false
		return stages
	})
}
