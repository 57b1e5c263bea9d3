package runtime_test

import (
	"errors"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// A lazyOne is an accessor with one variable that is fetched on first use.
type lazyOne struct {
	session runtime.Session
	v       runtime.LazyVar[int]
}

func (s *lazyOne) core() *runtime.Session { return &s.session }

// openLazy opens a session of another build, which has declared the variable "v"
// otherwise, and drops the events.
func openLazy(t *testing.T, w *world, token string) *lazyOne {
	t.Helper()
	m := declaring(t, w, (*lazyOne).core, runtime.Lazy("V", "v", runtime.Gob[int](), func(s *lazyOne) *runtime.LazyVar[int] { return &s.v }))
	s, err := m.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	w.events = nil
	return s
}

// wantChanged fails the test unless one event tells that V was not read.
func (w *world) wantChanged() {
	w.t.Helper()
	if len(w.events) != 1 || w.events[0].Kind != runtime.EventChanged || w.events[0].Field != "V" {
		w.t.Errorf("events %v", w.events)
	}
}

// Nobody has read what an update of a lazy variable replaces, so nothing else would
// tell that it is lost.
func TestUpdateOfAValueOfAnotherDeclarationIsTold(t *testing.T) {
	w := newWorld(t, nil)
	s := openLazy(t, w, store(t, build(t, w, runtime.Gob[string]()), "seven"))
	if err := s.v.Update(t.Context(), &s.session, 0, func(n *int) error { *n += 7; return nil }); err != nil {
		t.Fatal(err)
	}
	w.wantChanged()
}

func TestValueOfAnotherDeclarationIsToldOnceARequest(t *testing.T) {
	w := newWorld(t, nil)
	token := store(t, build(t, w, runtime.Gob[string]()), "seven")
	refused := errors.New("refused")
	refuse := func(*int) error { return refused }
	t.Run("Loaded", func(t *testing.T) {
		numbers := build(t, w, runtime.Gob[int]())
		w.events = nil
		s := load(t, numbers, token)
		if err := s.v.Update(t.Context(), &s.session, 0, refuse); err != refused {
			t.Error(err)
		}
		w.wantChanged()
	})
	t.Run("Fetched", func(t *testing.T) {
		s := openLazy(t, w, token)
		for range 2 {
			if has, err := s.v.Has(t.Context(), &s.session, 0); has || err != nil {
				t.Errorf("set: %v, %v", has, err)
			}
		}
		if err := s.v.Update(t.Context(), &s.session, 0, refuse); err != refused {
			t.Error(err)
		}
		w.wantChanged()
	})
}

// What another request stores meanwhile is another value.
func TestValueThatAnotherDeclarationStoresMeanwhileIsToldToo(t *testing.T) {
	w := newWorld(t, nil)
	words := build(t, w, runtime.Gob[string]())
	token := store(t, words, "seven")
	numbers := build(t, w, runtime.Gob[int]())
	w.events = nil
	s := load(t, numbers, token)
	w.wantChanged()
	other := load(t, words, token)
	other.v.Set(&other.session, "eight")
	if err := other.session.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.events = nil
	if err := s.v.Update(t.Context(), &s.session, 0, func(n *int) error { *n += 7; return nil }); err != nil {
		t.Fatal(err)
	}
	w.wantChanged()
}
