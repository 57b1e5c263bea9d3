package storable

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"
)

var _ = noted{n: 1, skip: 1, hidden: nil}

func note[T any]() reflect.Type { return reflect.TypeFor[T]() }

type noted struct {
	N      int
	n      int
	_      int
	skip   int    `json:"-"`
	Hidden *mixed `json:"-"`
	*hidden
}

// noteSamples are checked by their static types, which the test reads from this
// file.
var noteSamples = []struct {
	typ       reflect.Type
	gob, json []string
}{
	{note[int](), nil, nil},
	{
		note[noted](),
		[]string{".n: " + gobUnexported, ".skip: " + gobUnexported, ".hidden: " + gobUnexported},
		[]string{".n: " + jsonUnexported, ".hidden: " + jsonUnexported},
	},
	{
		note[map[string][]noted](),
		[]string{"[][].n: " + gobUnexported, "[][].skip: " + gobUnexported, "[][].hidden: " + gobUnexported},
		[]string{jsonText, "[][].n: " + jsonUnexported, "[][].hidden: " + jsonUnexported},
	},
	{
		note[ignored](),
		[]string{".hook: " + gobUnexported, ".hidden: " + gobUnexported},
		[]string{".hook: " + jsonUnexported, ".hidden.n: " + jsonUnexported},
	},
	{note[any](), nil, []string{jsonText, ": " + jsonAny}},
	{note[struct{ A, B map[int]any }](), nil, []string{jsonText, ".A[]: " + jsonAny}},
	{note[[]string](), nil, []string{jsonText}},
	{note[map[namedString]time.Time](), nil, []string{jsonText}},
	{note[tree](), nil, []string{jsonText}},
	{note[json.Number](), nil, nil},
	{note[[]byte](), nil, nil},
	{note[time.Time](), nil, nil},
}

const (
	gobUnexported  = "gob leaves out an unexported field; export it to keep it, or give the struct GobEncode and GobDecode"
	jsonUnexported = "encoding/json leaves out an unexported field; export it to keep it, or give the struct MarshalJSON and UnmarshalJSON"
	jsonText       = ": JSON replaces what is not UTF-8 in a string by U+FFFD; use []byte to keep other bytes"
	jsonAny        = "what is in any comes back as JSON has it: numbers as float64, times and bytes as strings, structs as maps; use a concrete type to keep more"
)

func TestWhatCanBeStoredAndMayLoseSomethingIsNoted(t *testing.T) {
	types := typeArguments(t, loadTests(t), "noteSamples", "note")
	if len(types) != len(noteSamples) {
		t.Fatalf("%d types of %d samples", len(types), len(noteSamples))
	}
	for i, s := range noteSamples {
		if got := texts(Notes(types[i], false)); !slices.Equal(got, s.gob) {
			t.Errorf("gob, %v:\n got %q\nwant %q", s.typ, got, s.gob)
		}
		if got := texts(Notes(types[i], true)); !slices.Equal(got, s.json) {
			t.Errorf("JSON, %v:\n got %q\nwant %q", s.typ, got, s.json)
		}
	}
}

func texts(notes []Note) (list []string) {
	for _, n := range notes {
		list = append(list, n.Path+": "+n.What+"; "+n.Do)
	}
	return list
}
