package runtime_test

import (
	"errors"
	"io"
	"net/http"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// The tests of this file find most with the race detector on.

func TestLazyGetterThatFindsALossLeavesTheHeaderToTheHandler(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Cart: []string{"tea"}})
	w.erase(token, "cart")
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := s.GetCart(r.Context()); !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("GetCart: %v", err)
			}
		})
		for range 100 {
			rw.Header().Set("X-Handler", "1")
		}
		group.Wait()
		if lines := rw.Header()["Set-Cookie"]; lines != nil {
			t.Errorf("the getter put %q into the header", lines)
		}
		io.WriteString(rw, "hello")
	})
	if c := sentCookie(t, response); c.MaxAge >= 0 {
		t.Errorf("sent %v, want the cookie's removal", c)
	}
	if got := response.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
}

func TestGettersRunBesideALazyOneThatFindsALoss(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Cart: []string{"tea"}})
	w.erase(token, "cart")
	s := w.open(token)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if _, err := s.GetCart(t.Context()); !errors.Is(err, runtime.ErrEnded) {
				t.Errorf("GetCart: %v", err)
			}
		})
	}
	group.Go(func() {
		for range 100 {
			id, isNew, values := s.ID(), s.IsNew(), s.Values()
			if id != "" && id != token[:36] || values.Token != "x" {
				t.Errorf("new %v, id %q, values %+v", isNew, id, values)
			}
			s.Cookie()
		}
	})
	group.Wait()
	if !s.IsNew() || s.ID() != "" || s.Cookie() == nil {
		t.Errorf("after the loss: new %v, id %q, cookie %v", s.IsNew(), s.ID(), s.Cookie())
	}
}

func TestLazyGettersRunBesideTheCommitOfTheFirstByte(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "x", Cart: []string{"tea"}})
	response := w.request(cookieLine(token), func(rw http.ResponseWriter, r *http.Request) {
		s := w.from(r)
		var group sync.WaitGroup
		w.store.fail = func(call string, _ []string) error {
			if call != "add visits" {
				return nil
			}
			// The commit is under way.
			group.Go(func() {
				if cart, err := s.GetCart(r.Context()); err != nil || !slices.Equal(cart, []string{"tea"}) {
					t.Errorf("cart %q, %v", cart, err)
				}
			})
			group.Go(func() {
				if has, err := s.HasCart(r.Context()); err != nil || !has {
					t.Errorf("has a cart: %v, %v", has, err)
				}
			})
			for range 1000 {
				goruntime.Gosched() // lets them go as far as they can
			}
			return nil
		}
		s.SetVisits(1)
		io.WriteString(rw, "hello")
		group.Wait()
	})
	if text := body(t, response); text != "hello" {
		t.Errorf("body %q", text)
	}
	if s := w.open(token); s.GetVisits() != 1 {
		t.Errorf("stored %+v", s.Values())
	}
}

func TestIDRunsBesideTheCommitThatCreatesTheSession(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open("")
	s.SetVisits(1)
	var group sync.WaitGroup
	group.Go(func() {
		for s.ID() == "" {
			goruntime.Gosched()
		}
	})
	if err := s.Save(t.Context()); err != nil {
		t.Error(err)
	}
	group.Wait()
}

func TestHasRunsBesideTheCommitOfWhatWasSet(t *testing.T) {
	w := newWorld(t, nil)
	s := w.open(w.issue(SessionFields{Token: "x"}))
	s.SetCart([]string{"tea"})
	s.SetVisits(7)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 100 {
				if has, err := s.HasCart(t.Context()); !has || err != nil || !s.HasVisits() {
					t.Errorf("has a cart: %t, %v; visits: %t", has, err, s.HasVisits())
				}
			}
		})
	}
	if err := s.Save(t.Context()); err != nil {
		t.Error(err)
	}
	group.Wait()
}
