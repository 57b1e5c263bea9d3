package runtime

import (
	"reflect"
	"time"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// An Option is for generated code. It says how a variable lives.
type Option func(*definition)

// Evictable is for generated code. It lets the session live on when the store has
// lost this variable.
func Evictable() Option { return func(d *definition) { d.evictable = true } }

// TTL is for generated code. It makes the variable expire on its own, that long
// after it was set, in whole seconds. It implies [Evictable].
func TTL(ttl time.Duration) Option {
	return func(d *definition) { d.ttl, d.evictable = ttl, true }
}

// A definition is what the core knows of a variable besides its type.
type definition struct {
	field     string // the field's name in Go
	name      string // its name in the store
	lazy      bool
	evictable bool
	ttl       time.Duration   // 0: the variable lives as long as the session
	print     gob.Fingerprint // of the type and the format
	packed    bool            // values of this declaration wait for the first getter
}

// A variable gives the untyped core access to one typed variable. owner is the
// *S that the variable is a part of.
type variable interface {
	def() *definition
	// state returns the variable's state, nil for a lazy one that was not
	// touched.
	state(owner any) *state
	// encode appends the encoding of the value to dst.
	encode(owner any, dst []byte) ([]byte, error)
	// decode sets the value to what data encodes, and its state to set. If
	// it fails the variable is not set.
	decode(owner any, data string) error
	// unpack sets the value of a variable that is packed, and leaves its state
	// as it is. If it fails the value is zero.
	unpack(owner any, data string) error
	// reset makes the variable not set, clean and, if lazy, not fetched.
	reset(owner any)
	// stored returns the type and the format of the encoding.
	stored() (t reflect.Type, format string)
	// value returns the value. The variable must be set, and not packed.
	value(owner any) any
	// isAt tells whether v points to the variable in owner.
	isAt(owner, v any) bool
}

// A Variable is for generated code. It describes one variable of the accessor
// type S.
type Variable[S any] struct{ v variable }

// Eager is for generated code. It describes a variable that is loaded with the
// session. field is its name in Go, name is its name in the store, and at
// returns its place in S.
func Eager[S, T any](field, name string, codec Codec[T], at func(*S) *Var[T], options ...Option) Variable[S] {
	return Variable[S]{&typed[S, T]{
		definition: define[T](field, name, false, codec.Format(), options),
		codec:      codec,
		at:         at,
	}}
}

// Packed is for generated code. It describes a variable that is loaded with the
// session, as [Eager] does, and decoded by the first getter that asks for it, if
// the codec says that decoding what it has encoded can't fail. It is for values
// that take longer to decode than a number or a string.
func Packed[S, T any](field, name string, codec Codec[T], at func(*S) *Var[T], options ...Option) Variable[S] {
	v := Eager(field, name, codec, at, options...)
	safe, ok := codec.(interface{ Safe() bool })
	v.v.def().packed = ok && safe.Safe()
	return v
}

// Lazy is for generated code. It describes a variable that is fetched on first
// use; see [Eager].
func Lazy[S, T any](field, name string, codec Codec[T], at func(*S) *LazyVar[T], options ...Option) Variable[S] {
	return Variable[S]{&typed[S, T]{
		definition: define[T](field, name, true, codec.Format(), options),
		codec:      codec,
		lazyAt:     at,
	}}
}

func define[T any](field, name string, lazy bool, format string, options []Option) definition {
	d := definition{field: field, name: name, lazy: lazy, print: gob.FingerprintOf(format, reflect.TypeFor[T]())}
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

func (t *typed[S, T]) def() *definition { return &t.definition }

func (t *typed[S, T]) coder() Codec[T] { return t.codec }

func (t *typed[S, T]) isAt(owner, v any) bool {
	if t.lazy {
		return t.lazyAt(owner.(*S)) == v
	}
	return t.at(owner.(*S)) == v
}

// find returns the variable in owner, nil for a lazy one that was not
// touched.
func (t *typed[S, T]) find(owner any) *Var[T] {
	if t.lazy {
		return t.lazyAt(owner.(*S)).v.Load()
	}
	return t.at(owner.(*S))
}

func (t *typed[S, T]) state(owner any) *state {
	if v := t.find(owner); v != nil {
		return &v.state
	}
	return nil
}

func (t *typed[S, T]) stored() (reflect.Type, string) { return reflect.TypeFor[T](), t.codec.Format() }

func (t *typed[S, T]) value(owner any) any { return t.find(owner).value }

func (t *typed[S, T]) encode(owner any, dst []byte) ([]byte, error) {
	return t.codec.Append(dst, &t.find(owner).value)
}

func (t *typed[S, T]) decode(owner any, data string) error {
	var v *Var[T]
	if t.lazy {
		v = new(Var[T]) // other getters may be reading the old Var
	} else {
		v = t.at(owner.(*S))
		*v = Var[T]{}
	}
	if err := t.codec.Decode(data, &v.value); err != nil {
		*v = Var[T]{}
		return err
	}
	v.state.set = true
	if t.lazy {
		t.lazyAt(owner.(*S)).v.Store(v)
	}
	return nil
}

func (t *typed[S, T]) unpack(owner any, data string) error {
	v := t.at(owner.(*S))
	err := t.codec.Decode(data, &v.value)
	if err != nil {
		var zero T
		v.value = zero
	}
	return err
}

func (t *typed[S, T]) reset(owner any) {
	if t.lazy {
		t.lazyAt(owner.(*S)).v.Store(nil)
		return
	}
	*t.at(owner.(*S)) = Var[T]{}
}

// field returns the name in Go of the variable at the place. It is empty if the
// place is -1, because the variable is not declared.
func (e *engine) field(place int) string {
	if place < 0 {
		return ""
	}
	return e.variables[place].def().field
}

// evictable tells whether a session lives on without the variable at the place.
// Only the build that declares a variable knows that, so a variable that this
// build does not declare, whose place is -1, counts as evictable.
func (e *engine) evictable(place int) bool {
	return place < 0 || e.variables[place].def().evictable
}
