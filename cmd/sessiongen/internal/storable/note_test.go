package storable

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"
)

func note[T any]() reflect.Type { return reflect.TypeFor[T]() }

type noted struct {
	N      int
	n      int
	_      int
	skip   int    `json:"-"`
	Hidden *mixed `json:"-"`
	*hidden
}

// noteTypes are in the order of wantNotes.
var noteTypes = []reflect.Type{
	note[int](), note[noted](), note[map[string][]noted](), note[any](), note[struct{ A, B map[int]any }](), note[[]string](),
	note[map[namedString]time.Time](), note[json.Number](), note[[]byte](), note[ignored](), note[tree](), note[time.Time](),
}

var wantNotes = []struct{ gob, json []string }{
	{},
	{
		[]string{".n: " + gobUnexported, ".skip: " + gobUnexported, ".hidden: " + gobUnexported},
		[]string{".n: " + jsonUnexported, ".hidden: " + jsonUnexported},
	},
	{
		[]string{"[][].n: " + gobUnexported, "[][].skip: " + gobUnexported, "[][].hidden: " + gobUnexported},
		[]string{jsonText, "[][].n: " + jsonUnexported, "[][].hidden: " + jsonUnexported},
	},
	{nil, []string{jsonText, ": " + jsonAny}},
	{nil, []string{jsonText, ".A[]: " + jsonAny}},
	{nil, []string{jsonText}},
	{nil, []string{jsonText}},
	{},
	{},
	{
		[]string{".hook: " + gobUnexported, ".hidden: " + gobUnexported},
		[]string{".hook: " + jsonUnexported, ".hidden.n: " + jsonUnexported},
	},
	{nil, []string{jsonText}},
	{},
}

const (
	gobUnexported  = "gob leaves out an unexported field; export it to keep it, or give the struct GobEncode and GobDecode"
	jsonUnexported = "encoding/json leaves out an unexported field; export it to keep it, or give the struct MarshalJSON and UnmarshalJSON"
	jsonText       = ": JSON replaces what is not UTF-8 in a string by U+FFFD; use []byte to keep other bytes"
	jsonAny        = "what is in any comes back as JSON has it: numbers as float64, times and bytes as strings, structs as maps; use a concrete type to keep more"
)

func TestWhatCanBeStoredAndMayLoseSomethingIsNoted(t *testing.T) {
	list := typeArguments(t, loadTests(t), "noteTypes", "note")
	if len(list) != len(wantNotes) {
		t.Fatalf("%d types, %d wanted", len(list), len(wantNotes))
	}
	for i, typ := range list {
		if got := texts(Notes(typ, false)); !slices.Equal(got, wantNotes[i].gob) {
			t.Errorf("gob, %v:\n got %q\nwant %q", typ, got, wantNotes[i].gob)
		}
		if got := texts(Notes(typ, true)); !slices.Equal(got, wantNotes[i].json) {
			t.Errorf("JSON, %v:\n got %q\nwant %q", typ, got, wantNotes[i].json)
		}
	}
}

func texts(notes []Note) (list []string) {
	for _, n := range notes {
		list = append(list, n.Path+": "+n.What+"; "+n.Do)
	}
	return list
}
