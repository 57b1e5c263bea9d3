package storable

// A format is the names of the two methods with which a type marshals itself.
type format struct{ marshal, unmarshal string }

// pair is the methods of a type for one format. One of them may be nil.
type pair struct {
	format
	to, from *method
}

// pairOf returns the methods of v's type for the first format that it has any
// for, which is how gob and json choose, each direction by itself.
func pairOf(v value, formats ...format) (p pair, ok bool) {
	for _, f := range formats {
		p := pair{f, lookup(v.t, f.marshal, marshal), lookup(v.t, f.unmarshal, unmarshal)}
		if p.to != nil || p.from != nil {
			return p, true
		}
	}
	return pair{}, false
}

// promoted tells whether the methods come from an embedded field.
func (p pair) promoted() bool {
	return (p.to == nil || p.to.promoted) && (p.from == nil || p.from.promoted)
}

// check reports why a value does not survive, although it has these methods.
// stored tells whether the encoding would store a field if they were not.
func (p pair) check(w *walk, v value, stored func(field) bool) {
	t := name(v.t)
	mend := func(remedy string) string {
		if v.foreign() {
			return another(w.jsonOption())
		}
		return remedy
	}
	pointer := "use *" + t
	if v.given {
		pointer = another(w.jsonOption())
	}
	ownMethods := mend(anyOf("name the embedded field", unless(!named(v.t), "give the type methods of its own")))
	switch {
	case p.from == nil:
		w.report(v, mend("give it "+p.unmarshal+" too"), "%s has %s but not %s", t, p.marshal, p.unmarshal)
	case p.to == nil:
		w.report(v, mend("give it "+p.marshal+" too"), "%s has %s but not %s", t, p.unmarshal, p.marshal)
	case v.throughNamed():
		w.report(v, pointer, "the methods of %s are not found through the pointer type %s", t, name(v.through))
	case p.from.throughPointer:
		w.report(v, ownMethods, "%s has %s from an embedded pointer or interface, which is nil when it is called", t, p.unmarshal)
	case p.to.loses(stored), p.from.loses(stored):
		w.report(v, ownMethods, "%s has %s and %s from an embedded field, so its other fields are lost", t, p.marshal, p.unmarshal)
	case !p.from.pointer:
		w.report(v, mend("declare it on the pointer"), "what %s of %s decodes is lost, because it has a value as its receiver", p.unmarshal, t)
	case p.to.pointer && v.addressable:
	case p.to.pointer && v.inKey:
		w.report(v, anyOf(unless(v.foreign(), "declare it on the value"), "use another key"), "%s of %s has a pointer as its receiver, which can't be had in the key of a map", p.marshal, t)
	case p.to.pointer:
		w.report(v, pointer, "%s marshals only through its pointer, which can't be had in a map", t)
	}
}
