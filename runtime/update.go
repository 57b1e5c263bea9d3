package runtime

import (
	"context"
	"reflect"

	"github.com/sessiongen/sessiongen/runtime/internal/operation"
	"github.com/sessiongen/sessiongen/runtime/internal/sealed"
)

// update is Update for the variable i of s. at returns the Var of that
// variable. fn always gets a value of its own, decoded anew for each run, so
// that what it does to a map or slice reaches neither the session nor its next
// run.
func update[T any](ctx context.Context, s *Session, i int, at func() *Var[T], fn func(*T) error) error {
	err := change(ctx, s, i, at, fn)
	if refused, ok := err.(refusal); ok {
		return refused.error
	}
	return s.engine.noted(err)
}

// A refusal is an error of the function that an update was given. It is none of
// ours.
type refusal struct{ error }

func change[T any](ctx context.Context, s *Session, i int, at func() *Var[T], fn func(*T) error) error {
	x := s.engine.variables[i]
	d, codec := x.def(), x.(coder[T]).coder()

	s.unpack(&at().state) // fn may call the getter when the cell holds nothing any more
	if err := s.checkUnpacked(ctx); err != nil {
		return err
	}
	var pending sealed.Body // what this request has set; empty if nothing
	if at().state.dirty {
		b, err := s.body(i)
		if err != nil {
			return err
		}
		pending = b
	}
	var next Var[T]
	w := write{index: i, variable: x, make: func(c cell) (sealed.Body, error) {
		base := c.body
		if pending != "" {
			base = pending
		}
		next = Var[T]{}
		if base.ValueAt(s.engine.now()) {
			err := codec.Decode(base.Encoding(), &next.value)
			switch {
			case err != nil && pending != "":
				return "", &FieldError{d.field, errUndecodable}
			case err != nil && base.Print() == d.print:
				return "", s.loseNow(ctx, d.field, errUndecodable)
			case err != nil: // another declaration's: reads as not set
				s.tellChanged(ctx, i)
				next = Var[T]{}
			}
		}
		makeMap(&next.value)
		if err := fn(&next.value); err != nil {
			return "", refusal{err}
		}
		if isNil(next.value) {
			return sealed.Unset, nil
		}
		next.state.set = true
		return s.engine.valueBody(d, func(dst []byte) ([]byte, error) { return codec.Append(dst, &next.value) })
	}}
	op := operation.Begin(ctx)
	defer op.End()
	if err := s.perform(op, []write{w}); err != nil {
		return err
	}
	*at() = next // a getter that fn called may have made another Var
	return nil
}

// A coder is a variable of type T that returns its codec.
type coder[T any] interface{ coder() Codec[T] }

// makeMap makes value an empty map if it is a nil map, in which an assignment
// would panic.
func makeMap[T any](value *T) {
	if v := reflect.ValueOf(value).Elem(); v.Kind() == reflect.Map && v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
}

// isNil tells whether value is a nil pointer, which stands for not set.
func isNil[T any](value T) bool {
	v := reflect.ValueOf(&value).Elem()
	return v.Kind() == reflect.Pointer && v.IsNil()
}
