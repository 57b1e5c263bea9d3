package stored

import "testing"

// What is parsed prints as the text that it was parsed of, or as one that means
// the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"int", "[] string", "[3] map[string] bytes", "{}", "{A int; (B) {C bool}; (*D) {E []  int}}", "#1 {Next #1; Kids [] #1}",
		"map[{X int; Y int}] binary(uuid.UUID)", `{"full name" quoted(int64)}`, `json("a.Box[map[string]int]")`, "#1 [] #1", "#1", "[#1 {N #1}] int",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		form, _, err := Parse(text)
		if err != nil {
			return
		}
		printed := form.String()
		again, rest, err := Parse(printed)
		if err != nil || rest != "" || !again.Equal(form) || again.String() != printed {
			t.Fatalf("%q prints as %q, which is %v and %q: %v", text, printed, again, rest, err)
		}
		lines := form.Lines("name")
		joined, rest, _, err := FromLines("name", lines)
		if err != nil || rest != "" || !joined.Equal(form) {
			t.Fatalf("%q prints as %q, which is %v and %q: %v", text, lines, joined, rest, err)
		}
		for _, line := range lines {
			if path, text := CutPath(line.Path + " " + line.Text); path != line.Path || text != line.Text {
				t.Fatalf("%q is cut into %q and %q", line, path, text)
			}
		}
		if m := form.Reads(again, true); m != nil {
			t.Fatalf("%q can't be read as itself: %v", text, m)
		}
	})
}
