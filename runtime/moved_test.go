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

func (g *stage) zip(s *moving) int {
	if g.readsNumber {
		return s.number.Get()
	}
	n, _ := strconv.Atoi(s.text.Get()) // 0 for none
	return n
}

func (g *stage) setZip(s *moving, zip int) {
	if g.text {
		s.text.Set(&s.session, strconv.Itoa(zip))
	}
	if g.number {
		s.number.Set(&s.session, zip)
	}
}

// movesWell lets requests go to each build and the next one side by side, and tells
// whether all of them see what was set last. Between the two where the other
// variable comes to be read a Lifetime passes, so that sessions begin anew.
func movesWell(t *testing.T, r *rand.Rand, stages []*stage) bool {
	t.Helper()
	ctx, store := t.Context(), runtime.NewMemory()
	for _, g := range stages {
		g.begin(t, store)
	}
	type visitor struct {
		token string
		zip   int
	}
	var visitors []visitor
	for i := range stages[1:] {
		if pair := stages[i : i+2]; pair[0].readsNumber != pair[1].readsNumber {
			visitors = nil
		}
		for range 200 {
			g := stages[i+r.IntN(2)]
			if len(visitors) < 5 || r.IntN(20) == 0 {
				visitors = append(visitors, visitor{})
			}
			v := &visitors[r.IntN(len(visitors))]
			s, err := g.manager.Open(ctx, v.token)
			if err != nil {
				t.Fatal(err)
			}
			if g.zip(s) != v.zip || s.session.IsNew() != (v.token == "") {
				return false
			}
			if r.IntN(2) == 0 {
				v.zip = 1 + r.IntN(1000)
				g.setZip(s, v.zip)
				saveMoving(t, ctx, s)
				if c := s.session.Cookie(); c != nil {
					v.token = c.Value
				}
			}
		}
	}
	return true
}

func saveMoving(t *testing.T, ctx context.Context, s *moving) {
	t.Helper()
	if err := s.session.Save(ctx); err != nil {
		t.Fatal(err)
	}
}

// The remedy for a variable of another type: in three deploys nobody loses anything.
func TestValueThatMovesToAnotherNameInThreeDeploysIsNeverLost(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	all := func() []*stage {
		return []*stage{{text: true}, {text: true, number: true}, {text: true, number: true, readsNumber: true}, {number: true, readsNumber: true}}
	}
	for range 20 {
		if !movesWell(t, r, all()) {
			t.Fatalf("seed %d: something is lost", seed)
		}
	}
	for i := 1; i < 3; i++ {
		lost := false
		for range 20 {
			lost = lost || !movesWell(t, r, slices.Delete(all(), i, i+1))
		}
		if !lost {
			t.Errorf("seed %d: it takes no deploy %d", seed, i)
		}
	}
}
