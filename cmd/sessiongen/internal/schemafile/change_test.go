package schemafile

import (
	"strings"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

func recordOf(t *testing.T, text string) Record {
	t.Helper()
	f, rest, err := stored.Parse(text)
	if err != nil {
		t.Fatal(text, err)
	}
	return Record{Form: f, Evictable: rest == "evictable"}
}

func declaredOf(t *testing.T, pairs ...string) (list []Declared) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Declared{Name: pairs[i], Record: recordOf(t, pairs[i+1])})
	}
	return list
}

// generations returns the file after some declarations of one variable.
func generations(t *testing.T, texts ...string) (f File) {
	t.Helper()
	for _, text := range texts {
		next, problems := f.Next(Change{Declared: declaredOf(t, "a", text)})
		if len(problems) > 0 {
			t.Fatal(text, problems)
		}
		f = next
	}
	return f
}

// The remedy for a conflict is to take the file of one side, and generate with
// -against the other: what that side knows of earlier forms is lost.
func TestTheRemedyForAConflictKeepsWhatTheOtherSideKnew(t *testing.T) {
	ours := generations(t, "{K int}")
	theirs := generations(t, "{K int}", "{K int; P int}", "{K int}")
	merged, problems := ours.Next(Change{Declared: declaredOf(t, "a", "{K int}"), Against: &theirs})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, problems := merged.Next(Change{Declared: declaredOf(t, "a", "{K int; P string}")}); len(problems) == 0 {
		t.Errorf("what was stored as {K int; P int} can't be read, and nothing is said of it by\n%s", merged.Text())
	}
}

// What is accepted because the file of another revision told of it is still told of
// in the next run, and the file is as if nothing had been accepted.
func TestWhatIsToldOfAnotherRevisionCanBeAccepted(t *testing.T) {
	against := generations(t, "{K int; P int}", "{K int}")
	mine := generations(t, "{K int}")
	c := Change{Declared: declaredOf(t, "a", "{K int; P string}"), Against: &against}
	if _, problems := mine.Next(c); len(problems) != 1 || !strings.Contains(problems[0].Do, "-accept a") {
		t.Fatal(problems)
	}
	c.Accept = []string{"a"}
	next, problems := mine.Next(c)
	if len(problems) > 0 || !next.HasAccepted("a") {
		t.Errorf("-accept a: %v, accepted: %v\n%s", problems, next.HasAccepted("a"), next.Text())
	}
	c.Accept = nil
	if _, problems := next.Next(c); len(problems) > 0 {
		t.Errorf("after -accept a: %v", problems)
	}
}

// "The rest of their session stays" is not so where the variable may be missing.
func TestTheEndOfSessionsIsNotAcceptedAsTheLossOfAValue(t *testing.T) {
	f := generations(t, "string evictable")
	_, problems := f.Next(Change{Declared: declaredOf(t, "a", "int")})
	if len(problems) != 2 || strings.Contains(problems[0].What, "the rest of their session stays") {
		t.Errorf("sessions end whose a was evicted, but %v", problems)
	}
	gone, _ := f.Next(Change{Declared: declaredOf(t, "b", "string evictable"), Accept: []string{"a"}})
	if !gone.HasAccepted("a") {
		t.Errorf("it is not accepted that a is renamed:\n%s", gone.Text())
	}
	if _, problems := gone.Next(Change{Declared: declaredOf(t, "a", "string")}); len(problems) == 0 {
		t.Errorf("sessions end whose a was evicted, but nothing is said by\n%s", gone.Text())
	}
}

// A name that was removed is given to another variable, which is so renamed.
func TestAVariableThatIsRenamedToARemovedNameIsToldOf(t *testing.T) {
	var f File
	for _, names := range [][]string{{"keep", "string", "keep2", "string"}, {"keep", "string"}} {
		f, _ = f.Next(Change{Declared: declaredOf(t, names...)})
	}
	if _, problems := f.Next(Change{Declared: declaredOf(t, "keep2", "string")}); len(problems) == 0 {
		t.Errorf("visitors lose keep, and find what was keep2 in its place, but nothing is said by\n%s", f.Text())
	}
}

// Where nothing is lost there is nothing to accept for later.
func TestOnlyALossIsAccepted(t *testing.T) {
	f := generations(t, "{B int; X int}")
	f, _ = f.Next(Change{Declared: declaredOf(t, "a", "{B int}"), Accept: []string{"a"}})
	if _, problems := f.Next(Change{Declared: declaredOf(t, "a", "{B int; X string}")}); len(problems) == 0 {
		t.Errorf("what was stored as {B int; X int} is lost, and nothing is said of it by\n%s", f.Text())
	}
}

// The name that a remedy gives is free.
func TestTheNextNameIsNotDeclaredEither(t *testing.T) {
	f, _ := File{}.Next(Change{Declared: declaredOf(t, "a", "int")})
	_, problems := f.Next(Change{Declared: declaredOf(t, "a", "string", "a_v2", "bool")})
	if len(problems) != 1 || strings.Contains(problems[0].Do, `"a_v2"`) {
		t.Errorf("a_v2 is declared, but %v", problems)
	}
}

// A version of a variable has another type: of the same one it is renamed.
func TestARenamingThatLooksLikeAVersionIsToldOf(t *testing.T) {
	f, _ := File{}.Next(Change{Declared: declaredOf(t, "address", "string")})
	if _, problems := f.Next(Change{Declared: declaredOf(t, "address_v2", "string")}); len(problems) == 0 {
		t.Error("visitors lose address, and nothing is said")
	}
}

// The remedy for a renamed variable leads to no other question.
func TestTheOldNameComesWithTheOptionsThatItNeeds(t *testing.T) {
	for was, is := range map[string]Record{
		"string evictable": recordOf(t, "string"),
		"string":           {Form: recordOf(t, "string").Form, TTL: time.Hour, Evictable: true},
	} {
		f := generations(t, was)
		renamed := Declared{Name: "b", Record: is}
		_, problems := f.Next(Change{Declared: []Declared{renamed}})
		if len(problems) != 1 || !strings.Contains(problems[0].Do, "`session:\"a,evictable\"`") {
			t.Fatalf("%s: %v", was, problems)
		}
		renamed.Name, renamed.TTL, renamed.Evictable = "a", 0, true
		if _, problems := f.Next(Change{Declared: []Declared{renamed}}); len(problems) > 0 {
			t.Errorf("%s: %v", was, problems)
		}
	}
}

// An embedded struct may change its codec, too, where it is flattened or not any more.
func TestAFlattenedStructOfAnotherCodecIsTold(t *testing.T) {
	whole := Declared{Name: "base", Record: recordOf(t, "{City string; Zip int}")}
	whole.JSON = true
	parts := declaredOf(t, "city", "string", "zip", "int")
	for i, sides := range [][2][]Declared{{{whole}, parts}, {parts, {whole}}} {
		f, _ := File{}.Next(Change{Declared: sides[0]})
		if _, problems := f.Next(Change{Declared: sides[1]}); len(problems) == 0 {
			t.Errorf("%d: visitors lose what was stored, and nothing is said", i)
		} else if i == 0 && !strings.Contains(problems[0].Do, "`session:\"base,json\"`") {
			t.Error(problems[0])
		}
	}
}

// What an older build stored may be gone while the variable is declared, too.
func TestAnEarlierEvictableIsKeptInMind(t *testing.T) {
	f, _ := File{}.Next(Change{Declared: declaredOf(t, "a", "int evictable", "b", "int")})
	removed, _ := f.Next(Change{Declared: declaredOf(t, "b", "int"), Accept: []string{"a"}})
	if _, problems := removed.Next(Change{Declared: declaredOf(t, "a", "int", "b", "int")}); len(problems) != 1 || !strings.Contains(problems[0].What, "sessions end whose a") {
		t.Errorf("%v", problems)
	}
}

// Of a change that this build can read, builds from before may be unable to.
func TestWhatBuildsFromBeforeCanNotReadIsTold(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{"string", "any", "can't read that"},
		{"[2] int", "[3] int", "cut what is longer"},
	} {
		was, is := declaredOf(t, "a", c.was), declaredOf(t, "a", c.is)
		was[0].JSON, is[0].JSON = true, true
		f, _ := File{}.Next(Change{Declared: was})
		if _, problems := f.Next(Change{Declared: is}); len(problems) != 1 || !strings.Contains(problems[0].What, c.want) {
			t.Errorf("%s → %s: %v", c.was, c.is, problems)
		}
	}
	f := generations(t, "int")
	if _, problems := f.Next(Change{Declared: declaredOf(t, "a", "string")}); len(problems) != 1 || !strings.Contains(problems[0].What, "and so do those whom a build from before it answers again") {
		t.Error(problems)
	}
}
