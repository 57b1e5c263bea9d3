package runtime

import (
	"errors"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// Two accounts have one place with so small a chance that it is brought about here.
func TestAccountWhosePlaceIsTakenTouchesNobody(t *testing.T) {
	ctx, store := t.Context(), NewMemory()
	m, err := NewManager(Config{Store: store, Keys: [][]byte{make([]byte, 32)}}, visitorSchema())
	if err != nil {
		t.Fatal(err)
	}
	first := m.New()
	first.t.Set(&first.session, 1)
	if err := first.session.Login(ctx, "alice"); err != nil {
		t.Fatal(err)
	}
	places, err := m.engine.accounts("alice")
	if err != nil {
		t.Fatal(err)
	}
	a := places[0]
	if err := a.read(ctx); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	bobs := sealed.Account{Name: "bob", Logins: []sealed.Login{{
		Handle: sealed.HandleOf(first.session.ID()), Since: sealed.MomentOf(now), Expires: sealed.MomentOf(now.Add(time.Hour)),
	}}}
	item := Item{Key: a.key(), Value: a.seals[0].Seal(&bobs), Version: a.version, Expires: now.Add(time.Hour)}
	if err := store.Swap(ctx, []Item{item})[0]; err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"of a new session": func() error { return m.New().session.Login(ctx, "alice") },
		"of a guest": func() error {
			guest := m.New()
			guest.t.Set(&guest.session, 2)
			if _, err := m.Issue(ctx, guest); err != nil {
				t.Fatal(err)
			}
			err := guest.session.Login(ctx, "alice")
			if s, openErr := m.Open(ctx, guest.session.Cookie().Value); openErr != nil || s.session.IsNew() {
				t.Error("the guest's session has ended")
			}
			return err
		},
	} {
		if err := do(); !errors.Is(err, errForeign) {
			t.Errorf("Login %s: %v", name, err)
		}
	}
	if logins, err := m.List(ctx, "alice"); err != nil || len(logins) > 0 {
		t.Errorf("List has %v, %v", logins, err)
	}
	if err := m.EndAll(ctx, "alice"); err != nil {
		t.Errorf("EndAll: %v", err)
	}
	if logins, err := m.List(ctx, "bob"); err != nil {
		t.Errorf("bob's List has %v, %v", logins, err)
	}
	if s, err := m.Open(ctx, first.session.Cookie().Value); err != nil || s.session.IsNew() {
		t.Errorf("the other account's session is over: %v", err)
	}
}
