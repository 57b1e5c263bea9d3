package gob

import (
	"errors"
	"fmt"
	"reflect"
)

// A translation tells how values of the types that a stream describes become
// values of Go types. It pairs the two as encoding/gob does: a stored field
// with the field of the same name, and a stored type with any Go type that
// needs no conversion. Each pair becomes a gobType of its own, so two fields of
// one Go type may have been stored as different types.
type translation struct {
	types   described
	pairs   map[pairing]*gobType
	undone  []*gobType // pairs whose parts are still to be paired
	names   map[reflect.Type]fieldNames
	skipped map[int64]bool // types whose parts are all described
	left    int            // how many pairs and fields are still allowed
	failure error          // the error of a type's own method
}

// A pairing is a type of the stream, and the Go type that its values become.
type pairing struct {
	id  int64
	typ reflect.Type
}

// freePairs is how many pairs and fields a translation may have beside the
// number that the length of the stream bears out. There must be a limit: if the
// types of a program all hold each other, a few descriptions that also hold
// each other would be paired with every one of these types.
const freePairs = 1 << 14

var (
	errCostly      = errors.New("stored with too many types")
	errUndescribed = errors.New("stored as a type that is not described")
	errNoCommon    = errors.New("stored with none of the fields that are declared")
)

// translate returns how a value of type id becomes a t. size is the length of
// the stream.
func (d described) translate(id int64, t reflect.Type, size int) (*gobType, *translation, error) {
	r := &translation{
		types:   d,
		pairs:   map[pairing]*gobType{},
		names:   map[reflect.Type]fieldNames{},
		skipped: map[int64]bool{},
		left:    freePairs + size/4,
	}
	g, err := r.pair(id, t)
	// The parts are paired one after the other, without recursion, because a
	// stream may nest types deeper than a stack should grow.
	for err == nil && len(r.undone) > 0 {
		last := len(r.undone) - 1
		next := r.undone[last]
		r.undone = r.undone[:last]
		err = r.pairParts(next)
	}
	if err == nil && g.pointee().sharesNothing() {
		err = errNoCommon
	}
	return g, r, err
}

// pair returns how a value of type id becomes a t. The parts of the pair may
// still be undone.
func (r *translation) pair(id int64, t reflect.Type) (*gobType, error) {
	p := pairing{id, t}
	if g := r.pairs[p]; g != nil {
		return g, nil
	}
	if r.left--; r.left < 0 {
		return nil, errCostly
	}
	g := &gobType{typ: t, id: id, from: r}
	r.pairs[p] = g
	if t.Kind() == reflect.Pointer && isPlainPointer(t) {
		var err error
		g.shape = pointer
		g.elem, err = r.pair(id, t.Elem())
		return g, err
	}
	stored := r.types.shapeOf(id)
	var ok bool
	if g.shape, ok = readAs(t); !ok || g.shape != stored || g.shape == array && t.Len() != r.types[id].ArrayT.Len {
		return nil, fmt.Errorf("%v was stored as %v", t, stored)
	}
	if g.shape > complexNumber && g.shape < pointer {
		r.undone = append(r.undone, g)
	}
	return g, nil
}

func (r *translation) pairParts(g *gobType) (err error) {
	switch w := r.types[g.id]; g.shape {
	case array:
		g.elem, err = r.pair(int64(w.ArrayT.Elem), g.typ.Elem())
	case slice:
		g.elem, err = r.pair(int64(w.SliceT.Elem), g.typ.Elem())
	case mapping:
		if g.key, err = r.pair(int64(w.MapT.Key), g.typ.Key()); err == nil {
			g.elem, err = r.pair(int64(w.MapT.Elem), g.typ.Elem())
		}
	default:
		g.shape = translated
		g.stored, err = r.pairFields(g.typ, w.StructT.Fields)
	}
	return err
}

func (r *translation) pairFields(t reflect.Type, sent []wireField) ([]storedField, error) {
	if r.left -= len(sent); r.left < 0 {
		return nil, errCostly
	}
	names := r.namesOf(t)
	stored := make([]storedField, len(sent))
	for i, f := range sent {
		id := int64(f.ID)
		stored[i].id = id
		local, ok := names[f.Name]
		if !ok {
			if !r.skips(id) {
				return nil, errUndescribed
			}
			continue
		}
		g, err := r.pair(id, local.Type)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		stored[i] = storedField{id, g, local.Index, local.Anonymous || len(local.Index) > 1}
	}
	return stored, nil
}

// fieldNames has the fields of a struct that a stream can name, including the
// fields of embedded structs.
type fieldNames map[string]*reflect.StructField

func (r *translation) namesOf(t reflect.Type) fieldNames {
	names, ok := r.names[t]
	if !ok {
		names = fieldNames{}
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() {
				names[f.Name] = &f
			}
		}
		r.names[t] = names
	}
	return names
}

// skips tells whether values of type id can be skipped: whether all types that
// they may hold are described. An interface passes, because it need not hold
// anything.
func (r *translation) skips(id int64) bool {
	undone := []int64{id}
	for len(undone) > 0 {
		last := len(undone) - 1
		id, undone = undone[last], undone[:last]
		if id == idInterface || r.skipped[id] || r.types.shapeOf(id) > 0 && id <= idComplex {
			continue
		}
		w, known := r.types[id]
		if !known {
			return false
		}
		r.skipped[id] = true
		undone = w.appendParts(undone)
	}
	return true
}
