package runtime_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sessiongen/sessiongen/runtime"
)

// An unheardStore carries out every swap, and loses the answer.
type unheardStore struct{ runtime.Store }

func (s unheardStore) Swap(ctx context.Context, items []runtime.Item) []error {
	errs := s.Store.Swap(ctx, items)
	for i := range errs {
		errs[i] = errors.New("answer lost")
	}
	return errs
}

func TestClearAfterAFirstSetOfUnknownOutcomeIsStored(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t"})
	s := w.open(token)
	heard := w.store.Store
	w.store.Store = unheardStore{heard}
	s.SetVisits(1)
	if err := s.Save(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
		t.Fatalf("Save: %v", err)
	}
	w.store.Store = heard
	s.ClearVisits()
	w.save(s)
	if s = w.open(token); s.HasVisits() || s.GetToken() != "t" {
		t.Errorf("after an acknowledged clear: %+v", s.Values())
	}
}

func TestSetAfterARenewOfUnknownOutcomeIsStoredOrGetsErrEnded(t *testing.T) {
	for _, c := range []struct {
		name     string
		harm     func(w *world)
		renewErr error
		saveErr  error
	}{
		{"nothing was done", func(w *world) {
			w.store.fail = func(call string, _ []string) error {
				if strings.HasPrefix(call, "swap") {
					return errors.New("down")
				}
				return nil
			}
		}, runtime.ErrUnavailable, nil},
		{"the answer was lost", func(w *world) {
			w.store.Store = unheardStore{w.store.Store}
		}, runtime.ErrUnavailable, runtime.ErrEnded},
		{"other writers won every time", func(w *world) {
			w.store.fail = func(call string, _ []string) error {
				if call == "swap token" {
					return runtime.ErrExists
				}
				return nil
			}
		}, runtime.ErrConflict, runtime.ErrEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				token := w.issue(SessionFields{Token: "old"})
				s := w.open(token)
				sound := w.store.Store
				c.harm(w)
				if err := s.Renew(t.Context()); !errors.Is(err, c.renewErr) || s.Cookie() != nil {
					t.Fatalf("Renew: %v, cookie %v", err, s.Cookie())
				}
				w.store.Store, w.store.fail = sound, nil
				s.SetToken("new")
				if err := s.Save(t.Context()); !errors.Is(err, c.saveErr) {
					t.Errorf("Save: %v, want %v", err, c.saveErr)
				}
				lives := c.saveErr == nil
				if s = w.open(token); s.IsNew() == lives || lives && s.GetToken() != "new" {
					t.Errorf("the cookie opens %+v, new: %v", s.Values(), s.IsNew())
				}
			})
		})
	}
}

func TestRenewThatSucceedsAfterOneThatFailedLeavesNoDoubt(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open(w.issue(SessionFields{Token: "old"}))
	w.store.fail = func(call string, _ []string) error {
		if strings.HasPrefix(call, "swap") {
			return errors.New("down")
		}
		return nil
	}
	if err := s.Renew(t.Context()); !errors.Is(err, runtime.ErrUnavailable) {
		t.Fatalf("Renew: %v", err)
	}
	w.store.fail = nil
	if err := s.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.store.take()
	s.SetToken("new")
	w.save(s)
	if calls, want := w.store.take(), []string{"get R token", "swap token"}; !slices.Equal(calls, want) {
		t.Errorf("a set called the store with %q, want %q", calls, want)
	}
}
