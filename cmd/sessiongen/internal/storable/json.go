package storable

import "go/types"

// jsonRules are those of package encoding/json.
type jsonRules struct{}

var (
	jsonFormat = format{"MarshalJSON", "UnmarshalJSON"}
	textFormat = format{"MarshalText", "UnmarshalText"}
)

func (jsonRules) own(w *walk, v value) bool {
	if i, ok := v.t.Underlying().(*types.Interface); ok {
		if !i.Empty() {
			w.report(v, "use a concrete type, or any", "JSON can't be decoded into an interface with methods (%s)", name(v.t))
		}
		noteText(w)
		w.note(v, "use a concrete type to keep more",
			"what is in %s comes back as JSON has it: numbers as float64, times and bytes as strings, structs as maps", name(v.t))
		return false
	}
	if p, ok := pairOf(v, jsonFormat, textFormat); ok {
		jsonMethods(w, v, p)
		return false
	}
	if jsonRefuses(v.t) {
		w.refuse(v, "JSON can't hold %s")
		return false
	}
	if isString(v.t) && types.TypeString(v.t, nil) != "encoding/json.Number" {
		noteText(w)
	}
	if s, ok := v.t.Underlying().(*types.Struct); ok && s.NumFields() > 0 && !jsonKeeps(v.t, nil) {
		w.report(v, "export what is to be kept, give it MarshalJSON and UnmarshalJSON, or use another type",
			"encoding/json stores nothing of %s, which has no exported fields", name(v.t))
		return false
	}
	return true
}

func jsonMethods(w *walk, v value, p pair) {
	if is[*types.Struct](v.t) && v.t == v.t.Underlying() && v.through == nil && v.depth > 0 {
		w.report(v, "give the type a name", "encoding/json does not find the method %s of an unnamed struct", p.unmarshal)
		return
	}
	p.check(w, v, func(f field) bool { return f.jsonKept(nil) })
}

func jsonRefuses(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return gobRefuses(t) || ok && b.Info()&types.IsComplex != 0
}

func (jsonRules) parts(w *walk, v value) {
	switch t := v.t.Underlying().(type) {
	case *types.Slice:
		if !jsonBytes(t) {
			w.visit(v.element(t.Elem(), true))
		}
	case *types.Array:
		w.visit(v.element(t.Elem(), v.addressable))
	case *types.Map:
		jsonKey(w, v.key(t.Key()))
		w.visit(v.element(t.Elem(), false))
	case *types.Struct:
		s := jsonStruct{walk: w, named: map[string]jsonNamed{}}
		s.visit(v)
	}
}

// jsonBytes tells whether a slice becomes one string, in which case no method
// of its elements is used.
func jsonBytes(s *types.Slice) bool {
	return isByte(s.Elem()) &&
		lookup(s.Elem(), jsonFormat.marshal, marshal) == nil &&
		lookup(s.Elem(), textFormat.marshal, marshal) == nil
}

// jsonKey reports a type that can't be a key of a JSON object.
func jsonKey(w *walk, v value) {
	basic, _ := v.t.Underlying().(*types.Basic)
	isInteger := basic != nil && basic.Info()&types.IsInteger != 0
	p, hasMethods := pairOf(v, textFormat)
	const remedy = "use a string, an integer, or a type with MarshalText and UnmarshalText"
	switch {
	case is[*types.Pointer](v.t), is[*types.Interface](v.t), !isString(v.t) && !isInteger && !hasMethods:
		w.report(v, remedy, "%s can't be the key of a JSON object", name(v.t))
	case isString(v.t) && p.from != nil:
		w.report(v, "use string", "encoding/json writes a key of type %s as it is, but reads it with %s", name(v.t), p.unmarshal)
	case isString(v.t) && p.to != nil:
		w.report(v, "use string", "with GOEXPERIMENT=jsonv2, encoding/json writes a key of type %s with %s, but reads it as it is", name(v.t), p.marshal)
	case isString(v.t):
		noteText(w)
	case hasMethods && p.from != nil && readsJSON(v.t):
		w.report(v, remedy+" that has no UnmarshalJSON", "encoding/json reads a key of type %s with %s, but does not write it with %s",
			name(v.t), jsonFormat.unmarshal, jsonFormat.marshal)
	case hasMethods:
		p.check(w, v, func(field) bool { return true })
	}
}

// readsJSON tells whether t, as a key, is read by a method for JSON, which is
// given the text in quotes. The library has two that take it.
func readsJSON(t types.Type) bool {
	object, _, _ := types.LookupFieldOrMethod(t, true, nil, jsonFormat.unmarshal)
	f, ok := object.(*types.Func)
	return ok && types.Identical(f.Type(), unmarshal) &&
		f.FullName() != "(*time.Time).UnmarshalJSON" && f.FullName() != "(*log/slog.Level).UnmarshalJSON"
}

func (jsonRules) fieldRemedy(*walk, value) string {
	return "tag the field with `json:\"-\"`, give the struct MarshalJSON and UnmarshalJSON, or use another type"
}
