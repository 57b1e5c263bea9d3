package schema

import (
	"go/types"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/tag"
)

// outer is what messages about a field of an embedded struct of another package
// call the embedded field.
const outer = "the embedded field"

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
		_ = b.skippable(f) && b.locks(f, options) // It is in the guard, and copied.
		return Variable{}, false
	case !f.Exported() && f.foreign:
		b.add(f.at, f.subject(), "an unexported field can't be stored; %s", b.asOneValue(f.outer, outer))
		return Variable{}, false
	case !f.Exported():
		if b.known(f) {
			b.add(f.at, f.subject(), "an unexported field can't be stored; %s", b.unexported(f, options.JSON))
		}
		return Variable{}, false
	case !b.known(f) || !b.locks(f, options) || !b.survives(f, options.JSON) || !b.inferable(f):
		return Variable{}, false
	}
	spelled, err := b.spell(f)
	if err != nil {
		b.add(f.at, f.subject(), "its type can't be named here: %v; %s", err, b.asOneValue(f.outer, outer))
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
		JSON:      options.JSON,
		Stored:    stored.Of(f.Type(), options.JSON),
		At:        b.Program.Fset.Position(f.at.Pos()),
		Foreign:   f.foreign,
	}, true
}

// survives reports what of a field's type does not survive the store, and notes
// what it may lose if all of it does.
func (b *builder) survives(f field, json bool) bool {
	problems := b.problems(f.Type(), json)
	for _, p := range problems {
		if f.foreign {
			p.Do = b.asOneValue(f.outer, outer)
		}
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
