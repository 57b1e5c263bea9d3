package gob_test

import (
	"bytes"
	stdgob "encoding/gob"
	"reflect"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/runtime/internal/gob"
)

// The codec reads the streams of other declarations as encoding/gob does, with
// the exceptions that are tested here: where encoding/gob reads wrongly,
// refuses without need, panics, or takes what no encoder writes.

// unlike checks that from is read as want, and encoding/gob reads it otherwise.
func unlike[From, To any](t *testing.T, from From, want To) {
	t.Helper()
	var stream bytes.Buffer
	if err := stdgob.NewEncoder(&stream).Encode(&from); err != nil {
		t.Fatal(err)
	}
	var got, theirs To
	if err := gob.Of[To]().Decode(stream.String(), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("of a %T: %+v, %v; want %+v", from, got, err, want)
	}
	if err := gob.DecodeFresh(stream.String(), reflect.ValueOf(&theirs)); err == nil && reflect.DeepEqual(theirs, want) {
		t.Errorf("encoding/gob reads %+v, too", theirs)
	}
}

// unread checks that data is refused, although encoding/gob reads it.
func unread[T any](t *testing.T, data []byte) {
	t.Helper()
	var got, theirs T
	if err := gob.Of[T]().Decode(string(data), &got); err == nil {
		t.Errorf("%x is read as %+v", data, got)
	}
	if err := gob.DecodeFresh(string(data), reflect.ValueOf(&theirs)); err != nil {
		t.Errorf("%x: encoding/gob does not read it either: %v", data, err)
	}
}

// encoding/gob compiles one engine for a type that several fields of a struct
// have, by what the stream says of the first of them.
func TestFieldsThatHaveOneTypeNowAndHadTwoBeforeAreEachReadRight(t *testing.T) {
	type (
		home    struct{ Street string }
		work    struct{ Company string }
		address struct{ Street, Company string }
		after   struct{ Home, Work address }
		before  struct {
			Home home
			Work work
		}
	)
	elm, acme := address{Street: "Elm"}, address{Company: "Acme"}
	unlike(t, before{home{"Elm"}, work{"Acme"}}, after{elm, acme})
	unlike(t, []before{{home{"Elm"}, work{"Acme"}}}, []after{{elm, acme}})
	unlike(t, struct {
		Home []home
		Work []work
	}{[]home{{"Elm"}}, []work{{"Acme"}}}, struct{ Home, Work []*address }{[]*address{&elm}, []*address{&acme}})
	unlike(t, struct {
		Home map[string]home
		Work map[string]work
	}{map[string]home{"": {"Elm"}}, map[string]work{"": {"Acme"}}}, struct{ Home, Work map[string]address }{map[string]address{"": elm}, map[string]address{"": acme}})
}

// If encoding/gob meets a type again on its way into a slice, array or map, it
// takes the type for misfitting unless the stream has the same type there.
func TestTypesThatAreOneNowAndWereTwoBeforeAreReadInOneAnother(t *testing.T) {
	unlike(t, map[[2]int8][2]int16{{1, 2}: {3, 4}}, map[[2]int][2]int{{1, 2}: {3, 4}})
	type key struct{ A, B int }
	type value struct{ B, C string }
	type both struct {
		A int
		C string
	}
	unlike(t, map[key]value{{1, 2}: {"b", "c"}}, map[both]both{{A: 1}: {C: "c"}})
	type inner []named
	unlike(t, []inner{{nil}}, named{{nil}})
}

// encoding/gob adds the values of one field to the other.
func TestFieldThatIsStoredTwiceIsRefused(t *testing.T) {
	data := gob.Description(66, structOf(gob.WireField{Name: "A", ID: 67}, gob.WireField{Name: "A", ID: 67}))
	data = append(data, gob.Description(67, mapOf(gob.IDString, gob.IDInt))...)
	unread[struct{ A map[string]int }](t, append(data, gobMessage(append(gob.AppendInt(nil, 66), 1, 1, 1, 'k', 2, 1, 1, 1, 'l', 4, 0))...))
}

// Inner is embedded below.
type Inner struct {
	Deep []int
	Flat int
}

// A stored field with the name of a field of an embedded struct is read into
// the embedded struct. If the embedded struct itself is stored, too, the later
// of the two replaces the earlier.
func TestFieldReplacesWhatAnotherHasSetInAnEmbeddedStruct(t *testing.T) {
	type after struct{ Inner }
	type shadowing struct {
		Inner
		Deep []int
		Flat int
	}
	translates(t, shadowing{Inner{[]int{1}, 2}, nil, 3}, after{Inner{[]int{1}, 3}})
	translates(t, struct{ Flat int }{3}, after{Inner{Flat: 3}})
	type shadowed struct {
		Deep  []int
		Flat  int
		Inner Inner
	}
	unlike(t, shadowed{[]int{1, 2}, 3, Inner{[]int{4}, 0}}, after{Inner{[]int{4}, 0}})
}

type hidden struct{ Flat int8 }

func TestFieldIsFoundWithinWhatIsEmbedded(t *testing.T) {
	type flat struct {
		Flat int
		Deep []int
	}
	translates(t, flat{3, []int{1}}, struct{ hidden }{hidden{3}})
	translates(t, flat{3, []int{1}}, struct {
		hidden
		Inner
	}{Inner: Inner{Deep: []int{1}}}) // Flat is ambiguous
	translates(t, struct{ Inner }{Inner{[]int{1}, 2}}, struct{ *Inner }{&Inner{[]int{1}, 2}})
	doesNotTranslate[struct{ *Inner }](t, flat{Flat: 3}) // encoding/gob panics
	doesNotTranslate[struct{ *hidden }](t, flat{Flat: 3})
}

func TestTypeOfAnEmbeddedStructThatIsLeftToEncodingGobIsRefused(t *testing.T) {
	type odd struct {
		Any     any
		Keep    keepPointer
		Endless endlessPointer
	}
	type after struct {
		odd
		N int
	}
	_ = after{}.odd
	doesNotTranslate[after](t, struct{ N, Any int }{1, 2})
	doesNotTranslate[after](t, struct {
		N    int
		Keep keeper
	}{1, keeper{[]byte("kept")}})
	doesNotTranslate[after](t, struct{ N, Endless int }{1, 2})
	translates(t, struct{ N, Other int }{1, 2}, after{N: 1})
}

func TestUnexportedFieldsAreNotSet(t *testing.T) {
	type after struct{ a, A int }
	data := gob.Description(66, structOf(gob.WireField{Name: "a", ID: gob.IDInt}, gob.WireField{Name: "A", ID: gob.IDInt}))
	data = append(data, gobMessage(append(gob.AppendInt(nil, 66), 1, 2, 1, 4, 0))...)
	var got after
	if err := gob.Of[after]().Decode(string(data), &got); err != nil || got.a != 0 || got.A != 2 {
		t.Errorf("read %+v, %v", got, err)
	}
}

// Values of interfaces describe types in their midst.
func TestFieldThatHeldAnInterfaceIsSkippedIfItHoldsNothing(t *testing.T) {
	type before struct {
		Gone any
		N    int
	}
	var empty, full bytes.Buffer
	stdgob.NewEncoder(&empty).Encode(before{N: 1})
	stdgob.NewEncoder(&full).Encode(before{Gone: 2, N: 1})
	var got struct{ N int }
	if err := gob.Of[struct{ N int }]().Decode(empty.String(), &got); err != nil || got.N != 1 {
		t.Errorf("read %v, %v", got, err)
	}
	unread[struct{ N int }](t, full.Bytes())
}

// Encoders end each struct, fill each message, describe each type once as one
// thing, and give it an id of its own.
func TestWhatNoEncoderWritesIsRefused(t *testing.T) {
	type T struct{ A int }
	field := gob.WireField{Name: "A", ID: gob.IDInt}
	value := gobMessage(append(gob.AppendInt(nil, 66), 1, 2, 0))
	described := gob.Description(66, structOf(field))
	var got T
	if err := gob.Of[T]().Decode(string(append(bytes.Clone(described), value...)), &got); err != nil || got.A != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	unread[T](t, append(bytes.Clone(described), gobMessage(append(gob.AppendInt(nil, 66), 1, 2))...))
	unread[T](t, append(bytes.Clone(described), gobMessage(append(gob.AppendInt(nil, 66), 1, 2, 0, 0))...))
	unread[T](t, append(gob.Description(66, gob.WireType{StructT: structOf(field).StructT, SliceT: &gob.WireSlice{Elem: gob.IDInt}}), value...))
	unread[T](t, append(append(bytes.Clone(described), gob.Description(67, gob.WireType{})...), value...))
	unread[T](t, append(append(bytes.Clone(described), gob.Description(67, structOf(gob.WireField{}))...), value...))
	unread[T](t, append(append(bytes.Clone(described), gob.Description(67, structOf(field, field))...), value...))
	unread[struct{ Name string }](t, []byte("\x08\x24\x01\x04Name\x00")) // id 18 is of encoding/gob itself
	for _, odd := range [][]byte{
		append(bytes.Clone(described), described...),
		append(gob.Description(63, structOf(field)), described...),
		append(gob.Description(1<<31, structOf(field)), described...),
		append(gobMessage(append(gob.AppendInt(nil, -70), 3, 2, 2, 1, 0, 0, 0)), described...),
		gob.Description(66, structOf(field, gob.WireField{Name: "Gone", ID: 99})),
		append(gob.Description(66, structOf(field, gob.WireField{Name: "Gone", ID: 99})), gob.Description(99, mapOf(gob.IDInt, 100))...),
	} {
		if err := gob.Of[T]().Decode(string(append(odd, value...)), &got); err == nil {
			t.Errorf("%x is read", odd)
		}
	}
	list := gob.Description(67, gob.WireType{ArrayT: &gob.WireArray{Elem: gob.IDInt, Len: 2}})
	list = append(list, gob.Description(66, structOf(field, gob.WireField{Name: "Gone", ID: 67}))...)
	for n, reads := range map[byte]bool{1: false, 2: true, 3: false} {
		value := append(gob.AppendInt(nil, 66), 1, 2, 1, n)
		value = append(append(value, make([]byte, n)...), 0)
		if err := gob.Of[T]().Decode(string(append(bytes.Clone(list), gobMessage(value)...)), &got); (err == nil) != reads {
			t.Errorf("an array of 2 with %d elements: %v", n, err)
		}
	}
}

// encoding/gob refuses types that are nested deeper than 10,000.
func TestTypesMayBeNestedDeeplyWhereValuesAreNot(t *testing.T) {
	const levels = 20_000
	data := gob.Description(66, structOf(gob.WireField{Name: "N", ID: gob.IDInt}, gob.WireField{Name: "Gone", ID: 100}, gob.WireField{Name: "Kept", ID: 100}))
	for i := range int32(levels) {
		elem := 101 + i
		if i == levels-1 {
			elem = 100
		}
		data = append(data, gob.Description(int64(100+i), gob.WireType{SliceT: &gob.WireSlice{Elem: elem}})...)
	}
	data = append(data, gobMessage(append(gob.AppendInt(nil, 66), 1, 2, 0))...)
	type kept struct {
		N    int
		Kept named
	}
	for range 2 {
		var got kept
		if err := gob.Of[kept]().Decode(string(data), &got); err != nil || got.N != 1 {
			t.Fatal(got, err)
		}
	}
}

func TestErrorSaysWhichFieldWasStoredAsWhat(t *testing.T) {
	type inner struct{ Amount string }
	err := decodeError[struct{ Price inner }](t, struct{ Price struct{ Amount int } }{})
	if !strings.Contains(err, "field Amount: string was stored as an int") {
		t.Error(err)
	}
	if err := decodeError[[]int](t, map[string]int{}); !strings.Contains(err, "[]int was stored as a map") {
		t.Error(err)
	}
}

func decodeError[To, From any](t *testing.T, from From) string {
	t.Helper()
	var to To
	err := gob.Of[To]().Decode(string(mustAppend(t, gob.Of[From](), from)), &to)
	if err == nil {
		t.Fatalf("a %T is read as %+v", from, to)
	}
	return err.Error()
}
