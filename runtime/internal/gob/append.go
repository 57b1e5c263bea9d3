package gob

import (
	"encoding"
	"encoding/gob"
	"errors"
	"fmt"
	"reflect"
)

// maxDepth is how deep structs, slices and maps may be nested in one another. A
// value that is part of itself would otherwise end the process: a stack that
// overflows can't be recovered from.
const maxDepth = 10_000

var (
	errNil  = errors.New("nil pointer can't be stored")
	errDeep = fmt.Errorf("nested deeper than %d, or part of itself", maxDepth)
)

// append appends v in the wire form of gob. It is the form that v has on its
// own, in a slice or in a map, where zero values are not left out. v must be
// addressable.
func (g *gobType) append(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	switch g.shape {
	case boolean:
		if v.Bool() {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case integer:
		return appendInt(dst, v.Int()), nil
	case unsigned:
		return appendUint(dst, v.Uint()), nil
	case floating:
		return appendFloat(dst, v.Float()), nil
	case complexNumber:
		return appendComplex(dst, v.Complex()), nil
	case text:
		return appendBytes(dst, v.String()), nil
	case octets:
		return appendBytes(dst, v.Bytes()), nil
	case array, slice:
		return g.appendElements(dst, v, depth)
	case mapping:
		return g.appendMap(dst, v, depth)
	case structure:
		return g.appendStruct(dst, v, depth)
	case pointer:
		if v.IsNil() {
			return nil, errNil
		}
		return g.elem.append(dst, v.Elem(), depth)
	default:
		data, err := g.marshal(v.Addr())
		if err != nil {
			return nil, err
		}
		return appendBytes(dst, data), nil
	}
}

func (g *gobType) marshal(at reflect.Value) (_ []byte, err error) {
	defer recoverPanic(&err)
	if g.shape == byGobEncode {
		m, _ := reflect.TypeAssert[gob.GobEncoder](at)
		return m.GobEncode()
	}
	m, _ := reflect.TypeAssert[encoding.BinaryMarshaler](at)
	return m.MarshalBinary()
}

func (g *gobType) appendElements(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	n := v.Len()
	dst = appendUint(dst, uint64(n))
	var err error
	for i := range n {
		if dst, err = g.elem.append(dst, v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

func (g *gobType) appendMap(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	dst = appendUint(dst, uint64(v.Len()))
	if v.Len() == 0 {
		return dst, nil
	}
	// The values that the iterator itself returns have no address, and are
	// allocated anew each time.
	key, elem := reflect.New(g.key.typ).Elem(), reflect.New(g.elem.typ).Elem()
	var err error
	for i := v.MapRange(); i.Next(); {
		key.SetIterKey(i)
		elem.SetIterValue(i)
		if dst, err = g.key.append(dst, key, depth+1); err != nil {
			return nil, err
		}
		if dst, err = g.elem.append(dst, elem, depth+1); err != nil {
			return nil, err
		}
	}
	return dst, nil
}

// appendStruct appends the fields that are not left out, and a zero at the end.
// Each field follows a number that tells how many fields it is further than the
// field written before.
func (g *gobType) appendStruct(dst []byte, v reflect.Value, depth int) ([]byte, error) {
	last := -1
	var err error
	for i, f := range g.fields {
		field := v.Field(f.index)
		if f.leavesOut(field) {
			continue
		}
		dst = appendUint(dst, uint64(i-last))
		last = i
		if dst, err = f.append(dst, field, depth+1); err != nil {
			return nil, err
		}
	}
	return append(dst, 0), nil
}

// leavesOut tells whether gob leaves out the field of a struct that holds v.
func (g *gobType) leavesOut(v reflect.Value) bool {
	switch g.shape {
	case boolean:
		return !v.Bool()
	case integer:
		return v.Int() == 0
	case unsigned:
		return v.Uint() == 0
	case floating:
		return v.Float() == 0 // −0, too
	case complexNumber:
		return v.Complex() == 0
	case text, octets, slice:
		return v.Len() == 0
	case mapping:
		return v.IsNil()
	case pointer:
		if v.IsNil() {
			return true
		}
		// A pointer to a value that marshals itself is sent even if that value
		// is zero.
		return g.elem.shape < byGobEncode && g.elem.leavesOut(v.Elem())
	case byGobEncode, byMarshalBinary:
		return g.byValue && v.IsZero()
	}
	return false // arrays and structs
}
