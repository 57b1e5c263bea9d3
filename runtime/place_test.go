package runtime_test

import (
	"context"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// merged is what git makes of the output of two branches, each of which has added a
// variable: the numbers of one side are wrong, and it compiles.
type merged struct {
	session   runtime.Session
	zip, lang runtime.Var[string]
	cart      runtime.LazyVar[string]
	lost      runtime.Var[string]
}

func TestVariablesAreFoundWhereTheirPlacesAreWrong(t *testing.T) {
	ctx := t.Context()
	m, err := runtime.NewManager(runtime.Config{Store: runtime.NewMemory()}, runtime.Schema[merged]{
		Name:    "session",
		Session: func(s *merged) *runtime.Session { return &s.session },
		Variables: []runtime.Variable[merged]{
			runtime.Eager("Zip", "zip", runtime.GobString[string](), func(s *merged) *runtime.Var[string] { return &s.zip }),
			runtime.Eager("Lang", "lang", runtime.GobString[string](), func(s *merged) *runtime.Var[string] { return &s.lang }),
			runtime.Lazy("Cart", "cart", runtime.GobString[string](), func(s *merged) *runtime.LazyVar[string] { return &s.cart }),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := m.New()
	first.zip.Set(&first.session, "1010")
	first.lang.Set(&first.session, "de")
	first.cart.Set(&first.session, "tea")
	cookie, err := m.Issue(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []int{0, 1, 2, 3, 1000} {
		s, err := m.Open(ctx, cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		if cart, err := s.cart.Get(ctx, &s.session, wrong); cart != "tea" || err != nil {
			t.Errorf("at %d the cart is %q, %v", wrong, cart, err)
		}
		if has, err := s.cart.Has(ctx, &s.session, wrong); !has || err != nil {
			t.Errorf("at %d the cart is set: %v, %v", wrong, has, err)
		}
		for _, update := range []func(context.Context, *runtime.Session, int, func(*string) error) error{s.lang.Update, s.cart.Update} {
			was := ""
			if err := update(ctx, &s.session, wrong, func(v *string) error { was = *v; return nil }); err != nil || was == "1010" || was == "" {
				t.Errorf("at %d it was %q, %v", wrong, was, err)
			}
		}
		if err := s.lost.Update(ctx, &s.session, wrong, func(*string) error { return nil }); err == nil {
			t.Errorf("at %d a variable is stored that is not declared", wrong)
		}
		if s, err = m.Open(ctx, cookie.Value); err != nil || s.zip.Get() != "1010" || s.lang.Get() != "de" {
			t.Errorf("at %d: %q, %q, %v", wrong, s.zip.Get(), s.lang.Get(), err)
		}
	}
}
