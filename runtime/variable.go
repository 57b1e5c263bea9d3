package runtime

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
)

// A state is what a request knows of one variable and has done to it. Commit
// changes dirty alone, and getters change packed alone, so that Has may run beside
// them.
type state struct {
	set   bool // the request sees a value
	dirty bool // the request changed the variable, and the change is not stored yet

	// packed is the variable's place and 1 while the value waits in its cell to
	// be decoded, and else 0. It is atomic; see unpack.
	packed uint32
}

// A Var is for generated code. It holds one variable of a loaded session. Its
// zero value is not set.
type Var[T any] struct {
	value T
	state state
}

// Get returns the value, or the zero value if the variable is not set. For a
// variable that is [Packed], Unpack does that.
func (v *Var[T]) Get() T { return v.value }

// Unpack is Get for a variable of s that is [Packed].
func (v *Var[T]) Unpack(s *Session) T {
	if atomic.LoadUint32(&v.state.packed) != 0 {
		s.unpack(&v.state)
	}
	return v.value
}

// Has tells whether the variable is set.
func (v *Var[T]) Has() bool { return v.state.set }

// Set sets the variable of s. It is stored at commit.
func (v *Var[T]) Set(s *Session, value T) {
	v.value, v.state = value, state{set: true, dirty: true}
	s.changed = true
}

// SetNonZero sets the variable of s unless value is the zero value of its type.
func (v *Var[T]) SetNonZero(s *Session, value T) {
	if !reflect.ValueOf(&value).Elem().IsZero() {
		v.Set(s, value)
	}
}

// Clear makes the variable of s not set.
func (v *Var[T]) Clear(s *Session) {
	var zero T
	v.value, v.state = zero, state{dirty: true}
	s.changed = true
}

// Pop returns the value of the variable of s and clears it.
func (v *Var[T]) Pop(s *Session) T {
	value := v.Unpack(s)
	if v.Has() {
		v.Clear(s)
	}
	return value
}

// Update replaces the variable of s with what fn makes of it, by
// compare-and-swap. place is the variable's place in [Schema].Variables.
//
// fn sees what this request has set, or else what the store holds, or else the
// zero value: nil for a pointer, but an empty map for a map. A pointer that it
// leaves nil makes the variable not set. fn runs again when another request was
// faster, so it must do nothing but change its argument; if it returns an error,
// nothing is stored. The result is stored when Update returns. Other variables
// stay pending.
//
// It fails with fn's error, [ErrUnavailable], [ErrEnded], [ErrConflict],
// [ErrTooLarge] or, if the session is new, [ErrHeadersSent].
func (v *Var[T]) Update(ctx context.Context, s *Session, place int, fn func(*T) error) error {
	place, err := s.place(v, place)
	if err != nil {
		return err
	}
	return update(ctx, s, place, func() *Var[T] { return v }, fn)
}

// A LazyVar is for generated code. It holds one variable that is fetched on
// first use. Its zero value is not fetched. It is one pointer, so that a
// session of many lazy variables stays small.
type LazyVar[T any] struct{ v atomic.Pointer[Var[T]] }

// Get returns the value, which it fetches at the first call unless this request
// has set it. place is the variable's place in [Schema].Variables. It fails
// with [ErrUnavailable] or [ErrEnded].
func (l *LazyVar[T]) Get(ctx context.Context, s *Session, place int) (T, error) {
	if err := l.fetch(ctx, s, place); err != nil {
		var zero T
		return zero, err
	}
	return l.Loaded(), nil
}

// Has tells whether the variable is set. It fetches the variable as Get does.
func (l *LazyVar[T]) Has(ctx context.Context, s *Session, place int) (bool, error) {
	if err := l.fetch(ctx, s, place); err != nil {
		return false, err
	}
	v := l.v.Load()
	return v != nil && v.Has(), nil
}

// fetch reads the variable from the store, unless this request has set, cleared
// or fetched it. Several getters may fetch side by side.
func (l *LazyVar[T]) fetch(ctx context.Context, s *Session, place int) error {
	s.lock()
	defer s.unlock(ctx)
	if v := l.v.Load(); v != nil && v.state != (state{}) {
		return nil
	}
	place, err := s.place(l, place)
	if err != nil {
		return err
	}
	return s.engine.noted(s.fetch(ctx, place))
}

// Loaded returns the value if it was set or fetched before, and otherwise the
// zero value.
func (l *LazyVar[T]) Loaded() T {
	if v := l.v.Load(); v != nil {
		return v.value
	}
	var zero T
	return zero
}

// Set sets the variable of s. It is stored at commit.
func (l *LazyVar[T]) Set(s *Session, value T) { l.at().Set(s, value) }

// SetNonZero sets the variable of s unless value is the zero value of its type.
func (l *LazyVar[T]) SetNonZero(s *Session, value T) {
	if !reflect.ValueOf(&value).Elem().IsZero() {
		l.Set(s, value)
	}
}

// Clear makes the variable of s not set.
func (l *LazyVar[T]) Clear(s *Session) { l.at().Clear(s) }

// Update is [Var.Update].
func (l *LazyVar[T]) Update(ctx context.Context, s *Session, place int, fn func(*T) error) error {
	place, err := s.place(l, place)
	if err != nil {
		return err
	}
	return update(ctx, s, place, l.at, fn)
}

func (l *LazyVar[T]) at() *Var[T] {
	v := l.v.Load()
	if v == nil {
		v = new(Var[T])
		l.v.Store(v)
	}
	return v
}

// errUndeclared is for a variable that the manager was not told of.
var errUndeclared = errors.New("sessiongen: the variable is none of the session's; run go generate")

// place returns the place in [Schema].Variables of the variable that v points to.
// Generated code knows it, unless git has merged the code of two branches: then
// the numbers of one side may be wrong, and it compiles all the same.
func (s *Session) place(v any, known int) (int, error) {
	variables := s.engine.variables
	if known < len(variables) && variables[known].isAt(s.owner, v) {
		return known, nil
	}
	for i, x := range variables {
		if x.isAt(s.owner, v) {
			return i, nil
		}
	}
	return 0, errUndeclared
}
