package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

// one is an accessor with one variable, so that the tests can declare it in
// different ways, as the builds of an app do over time.
type one[T any] struct {
	session runtime.Session
	v       runtime.Var[T]
}

func (s *one[T]) core() *runtime.Session { return &s.session }

// build returns the manager of a build that declares the variable "v" as a T.
func build[T any](t *testing.T, w *world, codec runtime.Codec[T]) *runtime.Manager[one[T]] {
	t.Helper()
	return declaring(t, w, (*one[T]).core, runtime.Eager("V", "v", codec, func(s *one[T]) *runtime.Var[T] { return &s.v }))
}

// buildPacked does so with a variable that is packed.
func buildPacked[T any](t *testing.T, w *world, codec runtime.Codec[T]) *runtime.Manager[one[T]] {
	t.Helper()
	return declaring(t, w, (*one[T]).core, runtime.Packed("V", "v", codec, func(s *one[T]) *runtime.Var[T] { return &s.v }))
}

func declaring[S any](t *testing.T, w *world, core func(*S) *runtime.Session, v runtime.Variable[S]) *runtime.Manager[S] {
	t.Helper()
	m, err := runtime.NewManager(runtime.Config{
		Store:   w.store,
		OnEvent: func(_ context.Context, e runtime.Event) { w.events = append(w.events, e) },
	}, runtime.Schema[S]{
		Name:      "session",
		Session:   core,
		Variables: []runtime.Variable[S]{v},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// store stores a new session of a build and returns its cookie's value.
func store[T any](t *testing.T, m *runtime.Manager[one[T]], value T) string {
	t.Helper()
	s := m.New()
	s.v.Set(&s.session, value)
	cookie, err := m.Issue(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return cookie.Value
}

func load[T any](t *testing.T, m *runtime.Manager[one[T]], token string) *one[T] {
	t.Helper()
	s, err := m.Open(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestValueOfAnotherDeclarationIsReadIfItCanBe(t *testing.T) {
	type before struct{ Name, City string }
	type after struct {
		Name string
		Age  int
	}
	w := newWorld(t, nil)
	token := store(t, build(t, w, runtime.Gob[before]()), before{"Ada", "London"})
	s := load(t, build(t, w, runtime.Gob[after]()), token)
	if !s.v.Has() || s.v.Get() != (after{Name: "Ada"}) {
		t.Errorf("read %+v, set: %v", s.v.Get(), s.v.Has())
	}
}

func TestValueOfAnotherDeclarationIsNotSetIfItCantBeRead(t *testing.T) {
	w := newWorld(t, nil)
	token := store(t, build(t, w, runtime.Gob[string]()), "seven")
	numbers := build(t, w, runtime.Gob[int]())
	w.events = nil
	s := load(t, numbers, token)
	if s.session.IsNew() || s.v.Has() {
		t.Errorf("new: %v, set: %v", s.session.IsNew(), s.v.Has())
	}
	w.wantEvent(runtime.EventChanged, "V")
	if err := s.v.Update(t.Context(), &s.session, 0, func(n *int) error { *n += 7; return nil }); err != nil {
		t.Fatal(err)
	}
	if s = load(t, numbers, token); s.v.Get() != 7 {
		t.Errorf("read %d", s.v.Get())
	}
}

func TestJSONIsNeverTakenForGob(t *testing.T) {
	w := newWorld(t, nil)
	token := store(t, build(t, w, runtime.Gob[string]()), "x")
	if s := load(t, build(t, w, runtime.JSON[string]()), token); s.session.IsNew() || s.v.Has() {
		t.Errorf("gob was read as JSON: %q", s.v.Get())
	}
}

func TestVariablesOfOtherBuildsSurviveThisOne(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Cart: []string{"tea"}})
	old := build(t, w, runtime.Gob[string]())
	s := load(t, old, token)
	s.v.Set(&s.session, "mine")
	if err := s.session.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.session.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	token = s.session.Cookie().Value
	shop := w.open(token)
	cart, err := shop.GetCart(t.Context())
	if shop.GetToken() != "t" || !slices.Equal(cart, []string{"tea"}) || err != nil {
		t.Errorf("the newer build finds %+v, %v", shop.Values(), err)
	}
	if s := load(t, old, token); s.v.Get() != "mine" {
		t.Errorf("the older build finds %q", s.v.Get())
	}
}

func TestRenewByABuildThatDoesNotKnowAVariableHidesNoLoss(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t", Draft: "d"})
	w.erase(token, "token")
	s := load(t, build(t, w, runtime.Gob[string]()), token)
	if err := s.session.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	if shop := w.open(s.session.Cookie().Value); !shop.IsNew() {
		t.Errorf("half a session: %+v", shop.Values())
	}
}

func TestDestroyDeletesTheVariablesOfOtherBuilds(t *testing.T) {
	w := newWorld(t, nil)
	token := w.issue(SessionFields{Token: "t"})
	s := load(t, build(t, w, runtime.Gob[string]()), token)
	if err := s.session.Destroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.raw(token, "token"); ok {
		t.Error("a variable outlives its session")
	}
}

func TestUpdateToANilPointerClears(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.Gob[*big.Int]())
	token := store(t, m, big.NewInt(7))
	s := load(t, m, token)
	if s.v.Get().Int64() != 7 {
		t.Fatalf("read %v", s.v.Get())
	}
	err := s.v.Update(t.Context(), &s.session, 0, func(n **big.Int) error { *n = nil; return nil })
	if err != nil || s.v.Has() {
		t.Errorf("set: %v, %v", s.v.Has(), err)
	}
	if s = load(t, m, token); s.v.Has() || s.session.IsNew() {
		t.Error("the variable is set")
	}
}

// A picky value can always be encoded, but can't be decoded when it is empty.
type picky string

func (p *picky) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("empty")
	}
	*p = picky(text)
	return nil
}

func (p picky) MarshalText() ([]byte, error) { return []byte(p), nil }

func TestUpdateOfAPendingValueThatDoesNotDecodeNamesItsFieldAndHarmsNothing(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.JSON[picky]())
	token := store(t, m, "old")
	s := load(t, m, token)
	w.events = nil
	s.v.Set(&s.session, "")
	err := s.v.Update(t.Context(), &s.session, 0, func(p *picky) error { *p += "!"; return nil })
	var field *runtime.FieldError
	if !errors.As(err, &field) || field.Field != "V" || errors.Is(err, runtime.ErrEnded) {
		t.Errorf("error %v", err)
	}
	if s.session.IsNew() || s.session.Cookie() != nil || len(w.events) != 0 {
		t.Errorf("new: %v, cookie %v, events %v", s.session.IsNew(), s.session.Cookie(), w.events)
	}
	s.v.Set(&s.session, "new")
	if err := s.session.Save(t.Context()); err != nil {
		t.Error(err)
	}
	if s = load(t, m, token); s.v.Get() != "new" {
		t.Errorf("stored %q", s.v.Get())
	}
}

func TestValueThatCantBeEncodedNamesItsFieldAndSendsNothing(t *testing.T) {
	w := newWorld(t, nil)
	m := build(t, w, runtime.Gob[[]*int]())
	s := m.New()
	s.v.Set(&s.session, []*int{nil})
	err := s.session.Save(t.Context())
	var field *runtime.FieldError
	if !errors.As(err, &field) || field.Field != "V" || !strings.HasPrefix(err.Error(), "sessiongen: ") {
		t.Errorf("error %v", err)
	}
	if calls := w.store.take(); len(calls) != 0 {
		t.Errorf("sent %q", calls)
	}
}

// buildOf returns the manager of a build that declares n variables whose names
// begin with prefix.
func buildOf(t *testing.T, w *world, prefix string, n int) *runtime.Manager[many] {
	t.Helper()
	schema := runtime.Schema[many]{Name: "session", Session: func(s *many) *runtime.Session { return &s.session }}
	for i := range n {
		schema.Variables = append(schema.Variables, runtime.Eager(fmt.Sprint("V", i), fmt.Sprint(prefix, i), runtime.GobInt[int](), func(s *many) *runtime.Var[int] { return &s.v[i] }))
	}
	m, err := runtime.NewManager(runtime.Config{Store: w.store, OnEvent: func(_ context.Context, e runtime.Event) { w.events = append(w.events, e) }}, schema)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type many struct {
	session runtime.Session
	v       [600]runtime.Var[int]
}

// A record lists the variables of all builds. A record that nobody could read
// again must not be written.
func TestVariablesBeyondARecordsRoomAreRefusedBeforeTheyAreSent(t *testing.T) {
	w := newWorld(t, nil)
	one, other := buildOf(t, w, "a", 600), buildOf(t, w, "b", 600)
	s := one.New()
	for i := range s.v {
		s.v[i].Set(&s.session, i)
	}
	cookie, err := one.Issue(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	set := func(s *many, from, to int) error {
		for i := from; i < to; i++ {
			s.v[i].Set(&s.session, i)
		}
		return s.session.Save(t.Context())
	}
	open := func(m *runtime.Manager[many]) *many {
		t.Helper()
		s, err := m.Open(t.Context(), cookie.Value)
		if err != nil {
			t.Fatal(err)
		}
		if s.session.IsNew() {
			t.Fatalf("the session is gone: events %v", w.events)
		}
		return s
	}
	if err := set(open(other), 0, 424); err != nil { // 1,024
		t.Fatal(err)
	}
	s = open(other)
	w.store.take()
	err = set(s, 424, 425)
	var field *runtime.FieldError
	if !errors.As(err, &field) || field.Field != "V424" || !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("one more: %v", err)
	}
	if err := s.v[500].Update(t.Context(), &s.session, 500, func(n *int) error { *n++; return nil }); !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("an update of one more: %v", err)
	}
	if calls := w.store.take(); calls != nil {
		t.Errorf("%d store calls", len(calls))
	}
	if err := set(open(other), 0, 10); err != nil {
		t.Errorf("those that are set: %v", err)
	}
	if s := open(one); s.v[599].Get() != 599 {
		t.Error("a variable is lost")
	}
	// Renew drops variables that were cleared.
	s = open(other)
	for i := range 100 {
		s.v[i].Clear(&s.session)
	}
	if err := s.session.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.session.Renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	cookie = s.session.Cookie()
	if err := set(open(other), 424, 524); err != nil {
		t.Errorf("after Renew: %v", err)
	}
	open(one)
}

// Two requests each find room for one variable more, and there is room for only
// one.
func TestVariablesBeyondARecordsRoomAreRefusedInARace(t *testing.T) {
	w := newWorld(t, nil)
	one, other := buildOf(t, w, "a", 600), buildOf(t, w, "b", 600)
	s := one.New()
	for i := range s.v {
		s.v[i].Set(&s.session, i)
	}
	cookie, err := one.Issue(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var requests [2]*many
	for i := range requests {
		if requests[i], err = other.Open(t.Context(), cookie.Value); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 424 {
		requests[0].v[i].Set(&requests[0].session, i)
	}
	requests[1].v[500].Set(&requests[1].session, 500)
	if err := requests[0].session.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := requests[1].session.Save(t.Context()); !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("one more: %v", err)
	}
	if s, err := other.Open(t.Context(), cookie.Value); err != nil || s.session.IsNew() || s.v[500].Has() || s.v[423].Get() != 423 {
		t.Errorf("new %v, %v", s.session.IsNew(), err)
	}
}
