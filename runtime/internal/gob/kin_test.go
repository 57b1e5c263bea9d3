package gob_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// The tests take random pairs of types: a declaration, and another declaration
// that it might have become. They store a value of the first type, read it as
// the second, and compare the result with what the model says, and with what
// encoding/gob reads.

func TestOtherDeclarationsAreReadAsEncodingGobReadsThem(t *testing.T) {
	r := newRandomTypes(t)
	var c comparison
	for range 300 {
		from := r.typ(4)
		to := r.kin(from, 4)
		for range 3 {
			c.compare(t, r, from, to)
			if t.Failed() {
				t.Fatalf("%v\nread as %v", from, to)
			}
		}
	}
	t.Logf("%d pairs: %d values read, %d refused, %d only held against the model", c.pairs, c.read, c.refused, c.modelOnly)
	if c.read < c.pairs/4 || c.refused < c.pairs/50 {
		t.Error("the pairs show too little")
	}
}

// FuzzOtherDeclaration does the same, and then damages the stream.
func FuzzOtherDeclaration(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, uint16(seed*7), byte(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, at uint16, flip byte) {
		r := randomTypes{rand.New(rand.NewPCG(seed, 1))}
		from := r.typ(3)
		to := r.kin(from, 3)
		var c comparison
		data := c.compare(t, r, from, to)
		if len(data) == 0 {
			return
		}
		data[int(at)%len(data)] ^= flip
		if !gob.IsSound(string(data)) {
			if gob.DecodeValue(string(data), reflect.New(to)) == nil {
				t.Errorf("unsound %x is read as %v", data, to)
			}
			return
		}
		if !confuses(to) {
			sameAsEncodingGob(t, data, to)
		}
	})
}

type comparison struct{ pairs, read, refused, modelOnly int }

// compare stores a from with both codecs, reads both streams as a to, and
// compares the results. It returns what was written, or nil if there is nothing
// to compare.
func (c *comparison) compare(t *testing.T, r randomTypes, from, to reflect.Type) []byte {
	t.Helper()
	if gob.IsLeft(to) || gob.IsLeft(from) {
		return nil
	}
	value := reflect.New(from)
	r.fill(value.Elem(), 5)
	ours, err := gob.AppendValue(nil, value)
	if err != nil {
		return nil
	}
	theirs, err := gob.AppendFresh(nil, value)
	if err != nil {
		t.Fatal(err)
	}
	want := reflect.New(to)
	reads := fitsAtTop(from, to) && read(value.Elem(), want.Elem())
	c.pairs++
	if reads {
		c.read++
	} else {
		c.refused++
	}
	for _, data := range [][]byte{ours, theirs} {
		got := reflect.New(to)
		err := gob.DecodeValue(string(data), got)
		if (err == nil) != reads {
			t.Fatalf("%+v: %v; whether it is read should be %v", value.Elem(), err, reads)
		}
		if reads && !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Fatalf("of %+v it reads %+v, not %+v", value.Elem(), got.Elem(), want.Elem())
		}
		if confuses(to) {
			c.modelOnly++
			continue
		}
		sameAsEncodingGob(t, data, to)
	}
	return theirs
}

// sameAsEncodingGob checks that the codec and encoding/gob read the same from a
// sound stream.
func sameAsEncodingGob(t *testing.T, data []byte, to reflect.Type) {
	t.Helper()
	got, want := reflect.New(to), reflect.New(to)
	err, errWant := gob.DecodeValue(string(data), got), gob.DecodeFresh(string(data), want)
	if (err == nil) != (errWant == nil) && (err == nil || !namesTwice(t, data)) {
		t.Fatalf("%x as %v: error %v, of encoding/gob %v", data, to, err, errWant)
	}
	if err == nil && errWant == nil && !sameValue(got, want) {
		t.Fatalf("%x as %v: %+v, encoding/gob reads %+v", data, to, got.Elem(), want.Elem())
	}
}

// sameValue is DeepEqual, except that values with a NaN are the same if they
// print the same.
func sameValue(a, b reflect.Value) bool {
	return reflect.DeepEqual(a.Interface(), b.Interface()) || fmt.Sprintf("%+v", a.Elem()) == fmt.Sprintf("%+v", b.Elem())
}

// confuses tells whether a type is met twice in t. If it is, encoding/gob mixes
// up what different types of the stream become, or refuses the stream.
func confuses(t reflect.Type) bool {
	met := map[reflect.Type]bool{}
	var look func(t reflect.Type) bool
	look = func(t reflect.Type) bool {
		switch k := kindOf(t); k {
		case reflect.Pointer:
			return look(t.Elem())
		case reflect.Array, reflect.Slice, reflect.Map, reflect.Struct:
			if met[t] {
				return true
			}
			met[t] = true
			switch k {
			case reflect.Map:
				return look(t.Key()) || look(t.Elem())
			case reflect.Struct:
				for i := range t.NumField() {
					if look(t.Field(i).Type) {
						return true
					}
				}
				return false
			}
			return look(t.Elem())
		}
		return false
	}
	return look(t)
}

// kinOf are types that can be read as each other, and some that overflow.
var kinOf = [][]reflect.Type{
	{reflect.TypeFor[bool](), reflect.TypeFor[toggle]()},
	{reflect.TypeFor[int](), reflect.TypeFor[level](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[int]()},
	{reflect.TypeFor[uint](), reflect.TypeFor[letter](), reflect.TypeFor[uint16](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr]()},
	{reflect.TypeFor[float32](), reflect.TypeFor[float64]()},
	{reflect.TypeFor[complex64](), reflect.TypeFor[complex128]()},
	{reflect.TypeFor[string](), reflect.TypeFor[label]()},
	{reflect.TypeFor[[]byte](), reflect.TypeFor[blob](), reflect.TypeFor[[]letter]()},
	{reflect.TypeFor[tree](), reflect.TypeFor[otherTree]()},
	{reflect.TypeFor[chain](), reflect.TypeFor[otherChain]()},
	{reflect.TypeFor[time.Time](), reflect.TypeFor[*time.Time](), reflect.TypeFor[uuid.UUID]()},
	{reflect.TypeFor[named](), reflect.TypeFor[[]*named](), reflect.TypeFor[[][]named]()},
	{reflect.TypeFor[struct{}](), reflect.TypeFor[base](), reflect.TypeFor[tree]()},
}

type (
	otherTree struct {
		Right  *otherTree
		Ignore []otherTree
		Name   *label
	}
	otherChain struct {
		Value int64
		Next  **otherChain
	}
)

// kin makes up what t might have become in another declaration.
func (r randomTypes) kin(t reflect.Type, depth int) reflect.Type {
	switch n := r.IntN(60); {
	case n == 0:
		return r.typ(1)
	case n < 10:
		return t
	case n < 16 && t.Kind() != reflect.Pointer:
		return reflect.PointerTo(r.kin(t, depth))
	}
	if t.Kind() == reflect.Pointer {
		if r.IntN(2) == 0 {
			return r.kin(t.Elem(), depth)
		}
		return reflect.PointerTo(r.kin(t.Elem(), depth))
	}
	for _, kin := range kinOf {
		for _, k := range kin {
			if t == k {
				return r.pick(kin)
			}
		}
	}
	if t.Name() != "" {
		return t
	}
	switch t.Kind() {
	case reflect.Slice:
		return reflect.SliceOf(r.kin(t.Elem(), depth-1))
	case reflect.Array:
		n := t.Len()
		if r.IntN(15) == 0 {
			n = r.IntN(4)
		}
		return reflect.ArrayOf(n, r.kin(t.Elem(), depth-1))
	case reflect.Map:
		return reflect.MapOf(r.kinOfKey(t.Key()), r.kin(t.Elem(), depth-1))
	case reflect.Struct:
		return r.kinOfStruct(t, depth)
	}
	return t
}

// kinOfKey leaves out pointers, because each pointer is a key of its own.
func (r randomTypes) kinOfKey(t reflect.Type) reflect.Type {
	for _, kin := range kinOf[:6] {
		for _, k := range kin {
			if t == k {
				return r.pick(kin)
			}
		}
	}
	return t
}

// kinOfStruct drops fields, adds some, and has them in another order.
func (r randomTypes) kinOfStruct(t reflect.Type, depth int) reflect.Type {
	var fields []reflect.StructField
	for i := range t.NumField() {
		if r.IntN(5) > 0 {
			f := t.Field(i)
			fields = append(fields, reflect.StructField{Name: f.Name, Type: r.kin(f.Type, depth-1)})
		}
	}
	for i := range r.IntN(3) {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("New", i), Type: r.typ(max(0, depth-2))})
	}
	r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return reflect.StructOf(fields)
}
