package gob

import (
	"math"
	"reflect"
	"slices"
)

// described holds the types that a stream describes, by id.
type described map[int64]wireType

// takeDescriptions returns the types that a stream describes, the id of the
// type of its value, and what follows that id in the last message.
func takeDescriptions(data string) (types described, id int64, body string, err error) {
	types = described{}
	for {
		message, rest, ok := takeBytes(data)
		if !ok {
			return nil, 0, "", errMalformed
		}
		if id, body, ok = takeInt(message); !ok {
			return nil, 0, "", errMalformed
		}
		if id >= 0 {
			if len(rest) != 0 {
				return nil, 0, "", errTrailing
			}
			return types, id, body, nil
		}
		if !types.add(-id, body) {
			return nil, 0, "", errMalformed
		}
		data = rest
	}
}

// add adds a type. It is not ok for what no encoder writes: an id that is taken
// or out of range, a description that describes nothing or two types at once,
// or a struct with a field that has no name or the name of another field.
func (d described) add(id int64, body string) (ok bool) {
	if _, taken := d[id]; taken || id < reservedIDs || id > math.MaxInt32 {
		return false
	}
	var w wireType
	v := reflect.ValueOf(&w).Elem()
	rest, ok := wireTypeType().take(body, v, taking{})
	if !ok || len(rest) != 0 {
		return false
	}
	set := 0
	for i := range v.NumField() {
		if !v.Field(i).IsNil() {
			set++
		}
	}
	d[id] = w
	return set == 1 && (w.StructT == nil || w.StructT.isNamed())
}

// isNamed tells whether each field has a name of its own.
func (w *wireStruct) isNamed() bool {
	names := make([]string, len(w.Fields))
	for i, f := range w.Fields {
		names[i] = f.Name
	}
	slices.Sort(names)
	distinct := slices.Compact(names)
	return len(distinct) == len(w.Fields) && !slices.Contains(distinct, "")
}

// shapeOf returns the shape of what is stored as type id. It is 0 for a type
// that is not described, for an interface, and for a description that this
// package does not read.
func (d described) shapeOf(id int64) shape {
	if id >= idBool && id <= idComplex {
		return shape(id)
	}
	switch w := d[id]; {
	case w.ArrayT != nil:
		return array
	case w.SliceT != nil:
		return slice
	case w.MapT != nil:
		return mapping
	case w.StructT != nil:
		return structure
	case w.GobEncoderT != nil:
		return byGobEncode
	case w.BinaryMarshalerT != nil:
		return byMarshalBinary
	}
	return 0
}

// appendParts appends the ids of the types that values of w are made of.
func (w wireType) appendParts(parts []int64) []int64 {
	switch {
	case w.ArrayT != nil:
		return append(parts, int64(w.ArrayT.Elem))
	case w.SliceT != nil:
		return append(parts, int64(w.SliceT.Elem))
	case w.MapT != nil:
		return append(parts, int64(w.MapT.Key), int64(w.MapT.Elem))
	case w.StructT != nil:
		for _, f := range w.StructT.Fields {
			parts = append(parts, int64(f.ID))
		}
	}
	return parts
}
