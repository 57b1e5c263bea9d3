package stored

import "testing"

func formOf(t *testing.T, text string) *Form {
	t.Helper()
	f, rest, err := Parse(text)
	if err != nil || rest != "" {
		t.Fatalf("%s: %q, %v", text, rest, err)
	}
	return f
}

// gob takes E first and then X, which it finds in E: what was stored as E.X is
// overwritten by what was stored as X.
func TestAFieldThatHidOneOfAnEmbeddedStructIsNotReadIntoThat(t *testing.T) {
	hides, shows := formOf(t, "{B int; (E) {X int}; X int}"), formOf(t, "{B int; (E) {X int}}")
	if shows.Reads(hides, false) == nil {
		t.Error("X was stored beside E.X, and is said to be read, but it is read into E.X")
	}
	if hides.ReadBy(shows, false) == nil {
		t.Error("X is stored beside E.X, and old builds are said to read that, but they read it into E.X")
	}
}

// What comes later in the stream replaces the other, and the order of fields is not
// known here.
func TestAFieldThatMovesIntoAnEmbeddedStructThatIsStoredIsNotRead(t *testing.T) {
	before, after := formOf(t, "{(E) {Y int}; X int}"), formOf(t, "{(E) {X int; Y int}}")
	if after.Reads(before, false) == nil {
		t.Error("E may come behind X, and replaces it then")
	}
	if m := formOf(t, "{(E) {X int}}").Reads(formOf(t, "{X int}"), false); m != nil {
		t.Errorf("E is not stored: %v", m)
	}
}

// {1 1} and {1 2} are one key without B: one of two entries is lost.
func TestKeysThatLoseAFieldAreNotRead(t *testing.T) {
	wide, narrow := formOf(t, "map[{A int; B int}] string"), formOf(t, "map[{A int}] string")
	if narrow.Reads(wide, false) == nil {
		t.Error("keys that differed in B alone are one key now")
	}
	if wide.ReadBy(narrow, false) == nil {
		t.Error("old builds take keys that differ in B alone for one")
	}
}

// reflect.Type.FieldByName finds no X in a struct that embeds Base twice, so gob
// passes over what was stored as X. To a made form both are one.
func TestAFieldThatIsEmbeddedTwiceIsNotFound(t *testing.T) {
	base := &Form{Kind: Struct, Fields: []Field{{"X", NotEmbedded, &Form{Name: "int"}}}}
	e := func() *Form { return &Form{Kind: Struct, Fields: []Field{{"Base", Embedded, base}}} }
	to := &Form{Kind: Struct, Fields: []Field{{"E1", Embedded, e()}, {"E2", Embedded, e()}, {"Y", NotEmbedded, &Form{Name: "int"}}}}
	if m := to.Reads(formOf(t, "{X string; Y int}"), false); m != nil {
		t.Errorf("a compatible change is refused: %v", m)
	}
}

// JSON writes all keys as texts.
func TestKeysOfJSONAreReadAsTexts(t *testing.T) {
	numbers, texts := formOf(t, "map[uint8] bool"), formOf(t, "map[string] bool")
	if m := texts.Reads(numbers, true); m != nil {
		t.Error(m)
	}
	if texts.ReadBy(numbers, true) == nil || texts.Reads(numbers, false) == nil {
		t.Error("a text is said to be read as a number, or gob to read a number as a text")
	}
}

// A key may contain a pointer to what has such keys.
func TestAKeyThatContainsItsMapIsCompared(t *testing.T) {
	before, after := formOf(t, "map[#1 {N int; P {M map[#1] int; X int}}] int"), formOf(t, "map[#1 {N int; P {M map[#1] int; X int; Y int}}] int")
	if m := after.Reads(before, false); m != nil {
		t.Error(m)
	}
	if m := after.ReadBy(before, false); m == nil {
		t.Error("old builds take keys that differ in Y alone for one")
	}
}

func TestAFormThatContainsItselfIsReadIntoAny(t *testing.T) {
	if m := formOf(t, "any").Reads(formOf(t, "#1 {Kids [] #1; Name string}"), true); m != nil {
		t.Error(m)
	}
}
