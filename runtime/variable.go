package runtime

import (
	"context"
	"time"
)

// state is what a request knows and did about one variable.
type state uint8

const (
	isSet   state = 1 << iota // the request sees a value
	isDirty                   // the request changed it, and the store was not told yet
)

// A Var holds one variable of a loaded session. Its zero value is not set.
type Var[T any] struct {
	value T
	state state
}

// Get returns the value, the zero value if it is not set.
func (v *Var[T]) Get() T { return v.value }

// Has tells whether the variable is set.
func (v *Var[T]) Has() bool { return v.state&isSet != 0 }

// Set sets the variable. It is stored at commit.
func (v *Var[T]) Set(value T) { v.value, v.state = value, isSet|isDirty }

// Clear makes the variable not set.
func (v *Var[T]) Clear() {
	var zero T
	v.value, v.state = zero, isDirty
}

// Pop returns the value and clears it.
func (v *Var[T]) Pop() T {
	value := v.value
	if v.Has() {
		v.Clear()
	}
	return value
}

// Update replaces the variable that name names in s with what fn makes of
// it, by compare-and-swap. See [Session.update] for what it promises.
func (v *Var[T]) Update(ctx context.Context, s *Session, name string, fn func(*T) error) error {
	return update(ctx, s, name, v, fn)
}

// A LazyVar holds one variable that is fetched on first use. Its zero value is
// not fetched. It is one pointer, so that a session of many lazy variables
// stays small.
type LazyVar[T any] struct{ v *lazyState[T] }

type lazyState[T any] struct {
	Var[T]
	fetched bool
}

func (l *LazyVar[T]) at() *lazyState[T] {
	if l.v == nil {
		l.v = new(lazyState[T])
	}
	return l.v
}

// Get returns the value, which it fetches at the first call unless this
// request has set it.
func (l *LazyVar[T]) Get(ctx context.Context, s *Session, name string) (T, error) {
	if err := l.fetch(ctx, s, name); err != nil {
		var zero T
		return zero, err
	}
	return l.Loaded(), nil
}

// Has tells whether the variable is set, for which it fetches it like Get.
func (l *LazyVar[T]) Has(ctx context.Context, s *Session, name string) (bool, error) {
	if err := l.fetch(ctx, s, name); err != nil {
		return false, err
	}
	return l.v != nil && l.v.Has(), nil
}

// Loaded returns the value if it was set or fetched before, else the zero
// value.
func (l *LazyVar[T]) Loaded() T {
	if l.v == nil {
		var zero T
		return zero
	}
	return l.v.Get()
}

// Set sets the variable. It is stored at commit.
func (l *LazyVar[T]) Set(value T) { l.at().Set(value) }

// Clear makes the variable not set.
func (l *LazyVar[T]) Clear() { l.at().Clear() }

// Update is [Var.Update].
func (l *LazyVar[T]) Update(ctx context.Context, s *Session, name string, fn func(*T) error) error {
	return update(ctx, s, name, &l.at().Var, fn)
}

// An Option says how a variable lives.
type Option func(*definition)

// Evictable lets the session live on when the store has lost this variable.
func Evictable() Option { return func(d *definition) { d.evictable = true } }

// TTL makes the variable expire on its own, that long after it was set, in
// whole seconds. It implies [Evictable].
func TTL(ttl time.Duration) Option {
	return func(d *definition) { d.ttl, d.evictable = ttl, true }
}

// definition is what the core knows of a variable besides its type.
type definition struct {
	field     string // the field's name in Go
	name      string // its name in the store
	lazy      bool
	evictable bool
	ttl       time.Duration // 0: as long as the session
	print     fingerprint   // of the type and the format
}

// variable gives the untyped core access to one typed variable. owner is the
// *S that the variable is a part of.
type variable interface {
	def() *definition
	// state returns the variable's state, nil for a lazy one that was not
	// touched.
	state(owner any) *state
	// encode appends the encoding of the value to dst.
	encode(owner any, dst []byte) ([]byte, error)
	// decode sets the value to what data encodes, and its state to isSet. If
	// it fails the variable is not set.
	decode(owner any, data []byte) error
	// reset makes the variable not set, clean and, if lazy, not fetched.
	reset(owner any)
}

// A Variable describes one variable of the accessor type S.
type Variable[S any] struct{ v variable }

// Eager describes a variable that is loaded with the session. field is its
// name in Go, name its name in the store, and at says where in S it is.
func Eager[S, T any](field, name string, codec Codec[T], at func(*S) *Var[T], options ...Option) Variable[S] {
	return Variable[S]{&typed[S, T]{
		definition: define[T](field, name, false, codec.Format(), options),
		codec:      codec,
		at:         at,
	}}
}

// Lazy describes a variable that is fetched on first use.
func Lazy[S, T any](field, name string, codec Codec[T], at func(*S) *LazyVar[T], options ...Option) Variable[S] {
	return Variable[S]{&typed[S, T]{
		definition: define[T](field, name, true, codec.Format(), options),
		codec:      codec,
		lazyAt:     at,
	}}
}

func define[T any](field, name string, lazy bool, format string, options []Option) definition {
	d := definition{field: field, name: name, lazy: lazy, print: fingerprintOf[T](format)}
	for _, option := range options {
		option(&d)
	}
	return d
}

// typed is the variable of type T in S.
type typed[S, T any] struct {
	definition
	codec  Codec[T]
	at     func(*S) *Var[T]     // if not lazy
	lazyAt func(*S) *LazyVar[T] // if lazy
}

// SetNonZero sets the variable unless value is the zero value of its type.
func (v *Var[T]) SetNonZero(value T) {
	if !reflect.ValueOf(&value).Elem().IsZero() {
		v.Set(value)
	}
}

// SetNonZero sets the variable unless value is the zero value of its type.
func (l *LazyVar[T]) SetNonZero(value T) {
	if !reflect.ValueOf(&value).Elem().IsZero() {
		l.Set(value)
	}
}
