package gob

import (
	"encoding"
	"encoding/gob"
	"reflect"
	"strings"
)

// maxShared is the length, in bytes, of the longest data of which all strings
// of a value may be parts, although they keep the data in memory.
const maxShared = 1 << 10

// reserve is how much memory is reserved, in bytes, because of a count alone.
// More is reserved as elements arrive.
const reserve = 1 << 20

// A taking tells where in a value the decoder is.
type taking struct {
	depth int

	// copyBelow is the length below which strings are copied, because they
	// would keep a large value in memory.
	copyBelow int

	// owed is how many elements are still to come in the slices, arrays and
	// maps around this place. Each of them takes at least one byte. So all
	// counts on the way to an element together reserve no more memory than the
	// data bears out.
	owed int
}

func takingOf(data string) taking {
	if len(data) <= maxShared {
		return taking{}
	}
	return taking{copyBelow: len(data) / 2}
}

// text returns b, a part of the data, as a string to keep.
func (t taking) text(b string) string {
	if len(b) < t.copyBelow {
		return strings.Clone(b)
	}
	return b
}

func (t taking) deeper() taking {
	t.depth++
	return t
}

// before returns the place of an element that is followed by n others.
func (t taking) before(n int) taking {
	t.depth++
	t.owed += n
	return t
}

// count takes the number of elements that follow. It is not ok if that is more
// than the number of bytes that are left for them.
func (t taking) count(data string) (n int, rest string, ok bool) {
	n, rest, ok = takeCount(data)
	return n, rest, ok && n <= len(rest)-t.owed
}

// take sets v, which is zero and can be set, to what data begins with, and
// returns the rest. If it is not ok, v may be set in part.
func (g *gobType) take(data string, v reflect.Value, t taking) (rest string, ok bool) {
	if t.depth > maxDepth {
		return "", false
	}
	switch g.shape {
	case boolean:
		x, rest, ok := takeUint(data)
		v.SetBool(x != 0)
		return rest, ok
	case integer:
		x, rest, ok := takeInt(data)
		v.SetInt(x)
		return rest, ok && !v.OverflowInt(x)
	case unsigned:
		x, rest, ok := takeUint(data)
		v.SetUint(x)
		return rest, ok && !v.OverflowUint(x)
	case floating:
		x, rest, ok := takeFloat(data)
		v.SetFloat(x)
		return rest, ok && !v.OverflowFloat(x)
	case complexNumber:
		x, rest, ok := takeComplex(data)
		v.SetComplex(x)
		return rest, ok && !v.OverflowComplex(x)
	case text:
		b, rest, ok := takeBytes(data)
		v.SetString(t.text(b))
		return rest, ok
	case octets:
		b, rest, ok := takeBytes(data)
		if len(b) > 0 { // otherwise v stays nil, as with encoding/gob
			v.SetBytes([]byte(b))
		}
		return rest, ok
	case array:
		return g.takeArray(data, v, t)
	case slice:
		return g.takeSlice(data, v, t)
	case mapping:
		return g.takeMap(data, v, t)
	case structure:
		return g.takeStruct(data, v, t)
	case pointer:
		v.Set(reflect.New(g.elem.typ))
		return g.elem.take(data, v.Elem(), t)
	case translated:
		return g.takeTranslated(data, v, t)
	default:
		b, rest, ok := takeBytes(data)
		if !ok {
			return "", false
		}
		err := g.unmarshal(v.Addr(), b)
		if err != nil && g.from != nil {
			g.from.failure = err
		}
		return rest, err == nil
	}
}

func (g *gobType) unmarshal(at reflect.Value, b string) (err error) {
	if g.shape == byGobEncode {
		defer recoverPanic(&err)
		m, _ := reflect.TypeAssert[gob.GobDecoder](at)
		return m.GobDecode([]byte(b))
	}
	m, _ := reflect.TypeAssert[encoding.BinaryUnmarshaler](at)
	return unmarshalBinary(m, b)
}

func (g *gobType) takeArray(data string, v reflect.Value, t taking) (rest string, ok bool) {
	n, rest, ok := t.count(data)
	if !ok || n != v.Len() {
		return "", false
	}
	for i := range n {
		if rest, ok = g.elem.take(rest, v.Index(i), t.before(n-1-i)); !ok {
			return "", false
		}
	}
	return rest, true
}

func (g *gobType) takeSlice(data string, v reflect.Value, t taking) (rest string, ok bool) {
	n, rest, ok := t.count(data)
	if !ok || n == 0 {
		return rest, ok // an empty slice stays nil, as with encoding/gob
	}
	if texts, ok := reflect.TypeAssert[*[]string](v.Addr()); ok {
		return takeTexts(min(n, g.elem.reserved()), n, rest, texts, t)
	}
	length := min(n, g.elem.reserved())
	v.Grow(length)
	v.SetLen(length)
	for i := range n {
		if i == length {
			v.Grow(1)
			length = min(n, v.Cap())
			v.SetLen(length)
		}
		if rest, ok = g.elem.take(rest, v.Index(i), t.before(n-1-i)); !ok {
			return "", false
		}
	}
	return rest, true
}

// takeTexts is takeSlice for the most common slice, without reflection.
func takeTexts(reserved, n int, data string, v *[]string, t taking) (rest string, ok bool) {
	texts := make([]string, 0, reserved)
	for range n {
		var b string
		if b, data, ok = takeBytes(data); !ok {
			return "", false
		}
		texts = append(texts, t.text(b))
	}
	*v = texts
	return data, true
}

// reserved returns for how many values of type g memory is reserved at first.
func (g *gobType) reserved() int { return max(1, reserve/max(1, int(g.typ.Size()))) }

func (g *gobType) takeMap(data string, v reflect.Value, t taking) (rest string, ok bool) {
	n, rest, ok := t.count(data)
	if !ok {
		return "", false
	}
	v.Set(reflect.MakeMapWithSize(g.typ, min(n, g.key.reserved(), g.elem.reserved())))
	if n == 0 {
		return rest, true
	}
	key, elem := reflect.New(g.key.typ).Elem(), reflect.New(g.elem.typ).Elem()
	for i := range n {
		key.SetZero()
		elem.SetZero()
		if rest, ok = g.key.take(rest, key, t.before(n-i)); !ok {
			return "", false
		}
		if rest, ok = g.elem.take(rest, elem, t.before(n-1-i)); !ok {
			return "", false
		}
		v.SetMapIndex(key, elem)
	}
	return rest, true
}

func (g *gobType) takeStruct(data string, v reflect.Value, t taking) (rest string, ok bool) {
	for at := -1; ; {
		step, rest, ok := takeUint(data)
		if !ok || step == 0 {
			return rest, ok
		}
		if step > uint64(len(g.fields)-1-at) {
			return "", false
		}
		at += int(step)
		f := g.fields[at]
		if data, ok = f.take(rest, v.Field(f.index), t.deeper()); !ok {
			return "", false
		}
	}
}
