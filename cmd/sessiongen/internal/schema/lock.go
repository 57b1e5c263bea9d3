package schema

import (
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// locks reports a field that holds a lock by value: Values and Issue copy the
// declared struct, and a copied lock guards nothing.
func (b *builder) locks(f field, options tag.Options) bool {
	name := lockIn(f.Type())
	if name == "" {
		return true
	}
	what, remedy := "which must not be copied", "make it a pointer"
	switch {
	case f.foreign:
		remedy = b.asOneValue(f.outer, outer)
	case options.Skip:
	default:
		pointer := types.NewPointer(f.Type())
		if problems := b.problems(pointer, options.JSON); len(problems) > 0 {
			if !options.JSON && b.stores(pointer, true) {
				remedy += " and add the json option"
				break
			}
			what += ", and behind a pointer " + problems[0].What
			remedy = "use another type, or skip it with `session:\"-\"` and make it a pointer"
		}
	}
	b.add(f.at, f.subject(), "it holds a lock, %s, %s; %s", name, what, remedy)
	return false
}

// lockIn returns the name of a lock that t holds by value, or "". Where that is a
// mark within a type that others know, such as in atomic.Bool, it is the type's.
func lockIn(t types.Type) string {
	lock := heldLock(t, map[types.Type]bool{})
	if lock == nil {
		return ""
	}
	return types.TypeString(lock, (*types.Package).Name)
}

// heldLock returns a lock that t holds by value, nil if it holds none: a type
// whose pointer has the methods Lock and Unlock, as in go vet.
func heldLock(t types.Type, seen map[types.Type]bool) types.Type {
	if seen[t] {
		return nil
	}
	seen[t] = true
	name := typeName(types.Unalias(t))
	if name != nil && !types.IsInterface(t) && isLock(t) {
		return t
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return heldLock(u.Elem(), seen)
	case *types.Struct:
		for f := range u.Fields() {
			lock := heldLock(f.Type(), seen)
			if lock == nil {
				continue
			}
			if inner := typeName(types.Unalias(lock)); name != nil && name.Exported() && !inner.Exported() {
				return t
			}
			return lock
		}
	}
	return nil
}

func isLock(t types.Type) bool {
	// To know all methods takes longer than to know that there is no such one.
	if object, _, _ := types.LookupFieldOrMethod(t, true, nil, "Lock"); object == nil {
		return false
	}
	pointers, values := types.NewMethodSet(types.NewPointer(t)), types.NewMethodSet(t)
	for _, name := range []string{"Lock", "Unlock"} {
		if pointers.Lookup(nil, name) == nil || values.Lookup(nil, name) != nil {
			return false
		}
	}
	return true
}
