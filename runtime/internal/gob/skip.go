package gob

// skip returns what follows a value of type id. It is not ok for the value of
// an interface, which may describe types in its midst.
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
		if n, _, ok := takeCount(data); !ok || n != w.ArrayT.Len {
			return "", false
		}
		return d.skipElements(data, depth, w.ArrayT.Elem)
	case w.SliceT != nil:
		return d.skipElements(data, depth, w.SliceT.Elem)
	case w.MapT != nil:
		return d.skipElements(data, depth, w.MapT.Key, w.MapT.Elem)
	case w.StructT != nil:
		return d.skipStruct(data, depth, w.StructT.Fields)
	}
	_, rest, ok = takeBytes(data) // what a value that marshals itself has written
	return rest, ok
}

// skipElements skips a count and that many elements, each of which has the
// given parts.
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
