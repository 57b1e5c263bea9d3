package gob

import "reflect"

// A storedField is a field of a struct that another declaration has stored.
// Such fields are in the order of the stream.
type storedField struct {
	id       int64
	*gobType       // nil if the field is skipped
	path     []int // to the field, through embedded structs

	// again tells that another field of the stream may lead to the same field.
	again bool
}

// sharesNothing tells whether g is a struct that has fields and was stored with
// fields, but with none of the fields that it has.
func (g *gobType) sharesNothing() bool {
	if g.shape != translated || g.typ.NumField() == 0 || len(g.stored) == 0 {
		return false
	}
	for _, f := range g.stored {
		if f.gobType != nil {
			return false
		}
	}
	return true
}

// takeTranslated is takeStruct for fields in the order of the stream.
func (g *gobType) takeTranslated(data string, v reflect.Value, t taking) (rest string, ok bool) {
	for at := -1; ; {
		step, rest, ok := takeUint(data)
		if !ok || step == 0 {
			return rest, ok
		}
		if step > uint64(len(g.stored)-1-at) {
			return "", false
		}
		at += int(step)
		if data, ok = g.stored[at].takeInto(v, rest, g.from, t.deeper()); !ok {
			return "", false
		}
	}
}

// takeInto sets the field of v. It is not ok if the field is in an embedded
// struct to which the pointer is nil.
func (f *storedField) takeInto(v reflect.Value, data string, from *translation, t taking) (rest string, ok bool) {
	if f.gobType == nil {
		return from.types.skip(f.id, data, t.depth)
	}
	field, err := v.FieldByIndexErr(f.path)
	if err != nil {
		return "", false
	}
	if f.again {
		field.SetZero()
	}
	return f.take(data, field, t)
}
