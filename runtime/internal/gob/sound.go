package gob

import "reflect"

// isSound tells whether data is one gob stream with one value, and no count in
// it exceeds the bytes behind it. encoding/gob does not look: it reserves for a
// map what its count says, which may be all memory, and ignores bytes that are
// left of a message.
//
// A value that holds interfaces is not sound here.
func isSound(data string) bool {
	_, _, ok := takeStream(data)
	return ok
}

// takeStream returns what a sound stream describes, and the type of its value.
func takeStream(data string) (types described, id int64, ok bool) {
	types = described{}
	for {
		message, rest, ok := takeBytes(data)
		if !ok {
			return nil, 0, false
		}
		id, body, ok := takeInt(message)
		if !ok || id != int64(int32(id)) { // of which encoding/gob would cut off a part
			return nil, 0, false
		}
		if id >= 0 {
			if types.costly() {
				return nil, 0, false
			}
			body, ok = types.skipMessage(id, body)
			return types, id, ok && len(body) == 0 && len(rest) == 0
		}
		if !types.add(-id, body) {
			return nil, 0, false
		}
		data = rest
	}
}

// described holds the types that a stream describes, by id.
type described map[int64]wireType

// add adds a type. encoding/gob refuses an id that is not the first of its kind.
func (d described) add(id int64, body string) bool {
	var w wireType
	v := reflect.ValueOf(&w).Elem()
	rest, ok := wireTypeType().take(body, v, taking{})
	if !ok || len(rest) != 0 {
		return false
	}
	// encoding/gob would choose by the type that it decodes into.
	set := 0
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			set++
		}
	}
	d[id] = w
	return set == 1
}

// maxIgnored is how many steps encoding/gob may need to prepare for fields that
// it ignores.
const maxIgnored = 1 << 18

// costly tells whether the types might take encoding/gob long, and much memory.
// For each field that it ignores it looks anew at all types between it and the
// next structs.
func (d described) costly() bool {
	fields, others := 0, 0
	for _, w := range d {
		if w.StructT != nil {
			fields += len(w.StructT.Fields)
		} else {
			others++
		}
	}
	return fields*others > maxIgnored
}

// skipMessage returns what is left of a message behind a value of type id.
func (d described) skipMessage(id int64, data string) (rest string, ok bool) {
	if d[id].StructT == nil {
		zero, rest, ok := takeUint(data)
		if !ok || zero != 0 {
			return "", false
		}
		data = rest
	}
	return d.skip(id, data, 0)
}

// skip returns what follows a value of type id.
func (d described) skip(id int64, data string, depth int) (rest string, ok bool) {
	switch id {
	case idBool, idInt, idUint, idFloat:
		_, rest, ok = takeUint(data)
		return rest, ok
	case idComplex:
		_, rest, ok = takeComplex(data)
		return rest, ok
	case idBytes, idString:
		_, rest, ok = takeBytes(data)
		return rest, ok
	}
	w, known := d[id]
	switch {
	case !known || depth > maxDepth:
		return "", false
	case w.ArrayT != nil:
		return d.skipElements(data, depth, w.ArrayT.Elem)
	case w.SliceT != nil:
		return d.skipElements(data, depth, w.SliceT.Elem)
	case w.MapT != nil:
		return d.skipElements(data, depth, w.MapT.Key, w.MapT.Elem)
	case w.StructT != nil:
		return d.skipStruct(data, depth, w.StructT.Fields)
	}
	_, rest, ok = takeBytes(data) // of what marshals itself
	return rest, ok
}

// skipElements skips a count, and that many elements of some parts each.
func (d described) skipElements(data string, depth int, parts ...int32) (rest string, ok bool) {
	n, rest, ok := takeCount(data)
	for range n {
		for _, id := range parts {
			if rest, ok = d.skip(int64(id), rest, depth+1); !ok {
				return "", false
			}
		}
	}
	return rest, ok
}

func (d described) skipStruct(data string, depth int, fields []wireField) (rest string, ok bool) {
	for at := -1; ; {
		step, rest, ok := takeUint(data)
		if !ok || step == 0 {
			return rest, ok
		}
		if step > uint64(len(fields)-1-at) {
			return "", false
		}
		at += int(step)
		if data, ok = d.skip(int64(fields[at].ID), rest, depth+1); !ok {
			return "", false
		}
	}
}
