package schemafile

import (
	"strings"
	"testing"
)

// Nothing else of the file changes, so nothing else would tell.
func TestAnotherNameOfTheSessionsIsTold(t *testing.T) {
	declared := declaredOf(t, "a", "int")
	f, problems := File{}.Next(Change{Name: "user_data", Accessor: "UserData", Declared: declared})
	if len(problems) > 0 || !strings.Contains(string(f.Text()), "\nname: user_data\na int\n") {
		t.Fatalf("%v\n%s", problems, f.Text())
	}
	f, err := Parse(f.Text())
	if err != nil || f.Name != "user_data" {
		t.Fatalf("%q, %v", f.Name, err)
	}
	for accessor, want := range map[string]string{"Userdata": "-name UserData,", "userdata": "-name userData,"} {
		renamed := Change{Name: "userdata", Accessor: accessor, Declared: declared}
		_, problems = f.Next(renamed)
		if len(problems) != 1 || problems[0].Name != "" || !strings.Contains(problems[0].Do, want) {
			t.Errorf("%s: %v", accessor, problems)
		}
		renamed.Against = &f
		if _, problems = (File{}).Next(renamed); len(problems) != 1 || !strings.Contains(problems[0].Do, "in a change of its own") {
			t.Errorf("%s against a revision: %v", accessor, problems)
		}
	}
}
