package storable

import "go/types"

// gobFormats are the methods that gob looks for, in this order.
var gobFormats = []format{{"GobEncode", "GobDecode"}, {"MarshalBinary", "UnmarshalBinary"}}

// GobMethod returns the name of the method by which gob has values of type t
// marshal themselves, empty if t is a pointer or has none.
func GobMethod(t types.Type) string {
	if is[*types.Pointer](t) {
		return ""
	}
	p, _ := pairOf(value{t: t}, gobFormats...)
	return p.marshal
}

// gobRules are those of package encoding/gob.
type gobRules struct{}

func (gobRules) own(w *walk, v value) bool {
	if is[*types.Interface](v.t) {
		concrete := "use a concrete type"
		if v.given {
			concrete = "use another type"
		}
		w.report(v, anyOf(w.jsonOption(), concrete), "gob can't tell what is in an interface (%s)", name(v.t))
		return false
	}
	if p, ok := pairOf(v, gobFormats...); ok {
		p.check(w, v, func(f field) bool { return gobKeeps(f.Var) })
		return false
	}
	if gobRefuses(v.t) {
		w.refuse(v, "gob can't store %s")
		return false
	}
	s, ok := v.t.Underlying().(*types.Struct)
	return !ok || gobSends(w, v, s)
}

func gobRefuses(t types.Type) bool {
	switch t := t.Underlying().(type) {
	case *types.Chan, *types.Signature:
		return true
	case *types.Basic:
		return t.Kind() == types.UnsafePointer
	}
	return false
}

// gobSends reports a struct of which nothing arrives, and one that is meant to
// be sent as text: what its exported fields hold may be a part of it only.
func gobSends(w *walk, v value, s *types.Struct) bool {
	if p, ok := pairOf(v, textFormat); ok && !p.promoted() {
		methods := "give it MarshalBinary and UnmarshalBinary"
		if v.foreign() {
			methods = "use another type"
		}
		w.report(v, anyOf(w.jsonOption(), methods),
			"gob does not use the text methods of %s, and it has no others", name(v.t))
		return false
	}
	for f := range s.Fields() {
		if gobKeeps(f) {
			return true
		}
	}
	if s.NumFields() > 0 {
		fixed := v.foreign()
		do := another(w.jsonOption(), unless(fixed, "export what is to be kept"), unless(fixed || !named(v.t), "give it GobEncode and GobDecode"))
		w.report(v, do,
			"gob stores nothing of %s, which has no exported fields", name(v.t))
	}
	return false
}

// gobKeeps tells whether f is for others than its package to see, so that it
// is either stored or a mistake.
func gobKeeps(f *types.Var) bool { return f.Exported() || gobHides(f) }

// gobHides tells whether f is an embedded struct whose exported fields gob
// drops, because the struct's own name is unexported.
func gobHides(f *types.Var) bool {
	s := structOf(f.Type())
	if s == nil || !f.Embedded() || f.Exported() {
		return false
	}
	for inner := range s.Fields() {
		if inner.Exported() {
			return true
		}
	}
	return false
}

func (gobRules) parts(w *walk, v value) {
	switch t := v.t.Underlying().(type) {
	case *types.Slice:
		// Methods of bytes are not used in a slice.
		if !isByte(t.Elem()) {
			w.visit(v.element(t.Elem(), true))
		}
	case *types.Array:
		w.visit(v.element(t.Elem(), v.addressable))
	case *types.Map:
		w.visit(v.key(t.Key()))
		w.visit(v.element(t.Elem(), false))
	case *types.Struct:
		for f := range t.Fields() {
			gobField(w, v.field(f), f)
		}
	}
}

func gobField(w *walk, v value, f *types.Var) {
	if gobHides(f) {
		do := "export its name, or do not embed it"
		if v.given {
			do = another(w.jsonOption())
		}
		w.report(v, do, "gob drops the embedded %s, because its name is unexported", name(elem(v.t)))
	}
	if !f.Exported() {
		noteUnexported(w, v, f, "gob", "give the struct GobEncode and GobDecode")
		return
	}
	// gob drops these even if their types marshal themselves.
	if target, _ := v.deref(); is[*types.Chan](target.t) || is[*types.Signature](target.t) {
		w.refuse(v, "gob drops a field of type %s")
		return
	}
	w.visit(v)
}

func (gobRules) fieldRemedy(w *walk, v value) string {
	alone := true // among what gob keeps of the struct
	for f := range structOf(v.owner).Fields() {
		alone = alone && (f == v.member || !gobKeeps(f))
	}
	return another(w.jsonOption(),
		unless(v.given || alone, "make the field unexported"),
		unless(v.given || !named(v.owner), "give the struct GobEncode and GobDecode"))
}
