package runtime_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime"
)

type (
	chain   struct{ Next *chain }
	boxes   []boxes
	folders map[string]folders
)

// nested returns a value of a type that is as deep as its JSON is.
func nested[T any](depth int, wrap func(T) T, innermost T) T {
	for range depth - 1 {
		innermost = wrap(innermost)
	}
	return innermost
}

func TestJSONIsStoredAsDeepAsItCanBeReadBack(t *testing.T) {
	storedAsDeep(t, func(c *chain) *chain { return &chain{c} }, &chain{})
	storedAsDeep(t, func(b boxes) boxes { return boxes{b} }, boxes{})
	storedAsDeep(t, func(f folders) folders { return folders{`]]}}"\`: f} }, folders{})
	storedAsDeep[any](t, func(v any) any { return []any{"[[[[\\", v} }, []any{})
}

// storedAsDeep tries the depths around the limit of encoding/json. What is too
// deep is an error at commit that does no harm.
func storedAsDeep[T any](t *testing.T, wrap func(T) T, innermost T) {
	t.Helper()
	w := newWorld(t, nil)
	m := build(t, w, runtime.JSON[T]())
	token := store(t, m, innermost)
	for _, depth := range []int{9_999, 10_000, 10_001, 20_000} {
		s := load(t, m, token)
		before, err := json.Marshal(s.v.Get())
		if err != nil {
			t.Fatal(err)
		}
		w.store.take()
		want := nested(depth, wrap, innermost)
		s.v.Set(&s.session, want)
		err = s.session.Save(t.Context())
		var field *runtime.FieldError
		if depth > 10_000 {
			if !errors.As(err, &field) || field.Field != "V" || !strings.Contains(err.Error(), "deeper than 10000") {
				t.Errorf("%T, depth %d: error %v", want, depth, err)
			}
			if calls := w.store.take(); len(calls) != 0 {
				t.Errorf("%T, depth %d: sent %q", want, depth, calls)
			}
			got, err := json.Marshal(load(t, m, token).v.Get())
			if err != nil || string(got) != string(before) {
				t.Errorf("%T, depth %d: the session has changed, %v", want, depth, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%T, depth %d: error %v", want, depth, err)
		}
		if s = load(t, m, token); s.session.IsNew() || !reflect.DeepEqual(s.v.Get(), want) {
			t.Errorf("%T, depth %d: not read back, new %v", want, depth, s.session.IsNew())
		}
	}
	if len(w.events) != 1 || w.events[0].Kind != runtime.EventCreated {
		t.Errorf("events %v", w.events)
	}
}

// A stack that overflows would end the process.
func TestValueNestedAMillionDeepIsRefusedByJSON(t *testing.T) {
	refusedByJSON(t, nested(1_000_000, func(c *chain) *chain { return &chain{c} }, &chain{}))
	refusedByJSON(t, nested[any](1_000_000, func(v any) any { return []any{v} }, nil))
	refusedByJSON(t, struct{ A any }{nested(1_000_000, func(b boxes) boxes { return boxes{b} }, nil)})
	circle := &chain{}
	circle.Next = circle
	refusedByJSON(t, circle)
	// Of these encoding/json calls the method only where it can take the address.
	refusedByJSON(t, nested[any](1_000_000, func(v any) any { return silent{v} }, nil))
	refusedByJSON(t, nested[any](1_000_000, func(v any) any { return [1]silent{{v}} }, nil))
	refusedByJSON(t, map[string]hushed{"": nested(1_000_000, func(h hushed) hushed { return hushed{"": h} }, nil)})
}

type silent struct{ Next any }

func (*silent) MarshalJSON() ([]byte, error) { return []byte(`"silent"`), nil }

type hushed map[string]hushed

func (*hushed) MarshalText() ([]byte, error) { return []byte("hushed"), nil }

func refusedByJSON[T any](t *testing.T, v T) {
	t.Helper()
	if _, err := runtime.JSON[T]().Append(nil, &v); err == nil {
		t.Errorf("%T is encoded", v)
	}
}

// What encoding/json does not follow may lead in a circle.
func TestCircleThatIsNotWrittenIsNoMatterForJSON(t *testing.T) {
	var v struct {
		N    int
		Self any `json:"-"`
		self any
		Own  ring
	}
	v.Self, v.self, v.Own.next = &v, &v, &v.Own
	codec := runtime.JSON[any]()
	value := any(&v)
	if data, err := codec.Append(nil, &value); err != nil || string(data) != `{"N":0,"Own":"ring"}` {
		t.Errorf("%s, %v", data, err)
	}
}

// Where encoding/json can take the address, it does not follow what a method of the
// pointer writes.
func TestCircleBehindAMethodOfAPointerIsNoMatterForJSON(t *testing.T) {
	var circle silent
	circle.Next = &circle
	list := []silent{circle}
	list[0].Next = list
	for want, value := range map[string]any{
		`{"Next":"silent"}`: circle,
		`"silent"`:          &circle,
		`["silent"]`:        list,
		`{"A":["silent"]}`:  &struct{ A [1]silent }{[1]silent{circle}},
	} {
		if data, err := runtime.JSON[any]().Append(nil, &value); err != nil || string(data) != want {
			t.Errorf("%s, %v, want %s", data, err, want)
		}
	}
	if data, err := runtime.JSON[silent]().Append(nil, &circle); err != nil || string(data) != `"silent"` {
		t.Errorf("%s, %v", data, err)
	}
}

type ring struct{ next *ring }

func (*ring) MarshalText() ([]byte, error) { return []byte("ring"), nil }

func TestJSONOfATypesOwnCountsWhereItIsNested(t *testing.T) {
	raw := json.RawMessage(strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000))
	if _, err := runtime.JSON[json.RawMessage]().Append(nil, &raw); err != nil {
		t.Error(err)
	}
	if _, err := runtime.JSON[[1]json.RawMessage]().Append(nil, &[1]json.RawMessage{raw}); err == nil {
		t.Error("it is encoded, and can't be decoded")
	}
}

func TestJSONNumberThatCantBeReadBackIsRefused(t *testing.T) {
	type both struct {
		N *big.Int
		A any
	}
	huge := new(big.Int).Exp(big.NewInt(10), big.NewInt(400), nil)
	for _, v := range []any{json.Number("1e999"), json.Number("-1E+400"), huge, []any{"\\", both{N: huge}}} {
		w := newWorld(t, nil)
		m := build(t, w, runtime.JSON[map[string]any]())
		s := m.New()
		s.v.Set(&s.session, map[string]any{"a": v})
		err := s.session.Save(t.Context())
		var field *runtime.FieldError
		if !errors.As(err, &field) || field.Field != "V" || strings.Contains(err.Error(), "000") {
			t.Errorf("%v: error %v", v, err)
		}
		if calls := w.store.take(); len(calls) != 0 {
			t.Errorf("%v: sent %q", v, calls)
		}
	}
	w := newWorld(t, nil)
	m := build(t, w, runtime.JSON[both]())
	want := both{huge, []any{1e308, 5e-324, -1e21, strings.Repeat("9", 400), "1e999"}}
	if s := load(t, m, store(t, m, want)); s.session.IsNew() || !reflect.DeepEqual(s.v.Get(), want) {
		t.Errorf("got %v, new %v", s.v.Get(), s.session.IsNew())
	}
}

func BenchmarkJSONAppend(b *testing.B) {
	row := map[string]any{"name": "a name of some length", "n": 12345.0, "tags": []any{"one", "two"}, "ok": true}
	for _, rows := range []int{1, 1000} {
		list := make([]any, rows)
		for i := range list {
			list[i] = row
		}
		codec := runtime.JSON[[]any]()
		b.Run(fmt.Sprint("any/", rows), func(b *testing.B) {
			for b.Loop() {
				if _, err := codec.Append(nil, &list); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("any/", rows, "/encoding-json"), func(b *testing.B) {
			for b.Loop() {
				data, err := json.Marshal(&list)
				if err != nil {
					b.Fatal(err)
				}
				_ = append([]byte(nil), data...)
			}
		})
	}
}
