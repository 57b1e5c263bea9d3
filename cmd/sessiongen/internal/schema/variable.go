package schema

import (
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// asOneValue is what to do about an embedded struct of another package that
// has something in it that can't be mended here.
const asOneValue = "give the embedded field a tag, so that it is stored as one value"

// variable returns the variable that a field declares. It is not ok if the
// field is skipped, or wrong.
func (b *builder) variable(f field) (v Variable, ok bool) {
	options, errs := tag.Parse(f.tag, f.Name())
	if f.Exported() || options.Skip {
		for _, err := range errs {
			b.add(f.tagAt(), f.subject(), "%v", err)
		}
	}
	switch {
	case options.Skip:
		_ = b.known(f) && b.locks(f) // It is in the guard, and copied.
		return Variable{}, false
	case !f.Exported() && f.foreign:
		b.add(f.at, f.subject(), "an unexported field can't be stored; %s", asOneValue)
		return Variable{}, false
	case !f.Exported():
		b.add(f.at, f.subject(), "an unexported field can't be stored; export it, or skip it with `session:\"-\"`")
		return Variable{}, false
	case !b.known(f) || !b.locks(f) || !b.survives(f, options.JSON) || !b.inferable(f):
		return Variable{}, false
	}
	spelled, err := b.spell(f)
	if err != nil {
		b.add(f.at, f.subject(), "its type can't be named here: %v; %s", err, asOneValue)
		return Variable{}, false
	}
	_, isPointer := f.Type().Underlying().(*types.Pointer)
	return Variable{
		Field:     f.Name(),
		Path:      f.subject(),
		Name:      options.Name,
		Type:      spelled,
		Pointer:   isPointer,
		Doc:       f.written.doc(),
		Codec:     codecOf(f.Type(), options.JSON),
		Lazy:      options.Lazy,
		Flash:     options.Flash,
		Evictable: options.Evictable,
		TTL:       options.TTL,
	}, true
}

// survives reports what of a field's type does not survive the store, and notes
// what it may lose if all of it does.
func (b *builder) survives(f field, json bool) bool {
	check := storable.Gob
	if json {
		check = storable.JSON
	}
	problems := check(f.Type())
	for _, p := range problems {
		b.add(f.at, f.subject()+p.Path, "%s; %s", p.What, p.Do)
	}
	if len(problems) > 0 {
		return false
	}
	for _, n := range storable.Notes(f.Type(), json) {
		b.note(f.at, f.subject()+n.Path, "%s; %s", n.What, n.Do)
	}
	return true
}

// spell returns the spelling of a field's type: as it is written, unless that
// is elsewhere, or with type parameters.
func (b *builder) spell(f field) (Type, error) {
	if w, ok := b.written[f.Var]; ok {
		return b.speller.source(w.field.Type, w.file), nil
	}
	return b.speller.typ(f.Type())
}
