package emit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/schema"
)

// session returns a session of one declared struct type.
func session(name string, variables ...schema.Variable) schema.Session {
	guard := schema.Guard{Type: schema.Type{{Text: name + "Fields"}}, Label: name + "Fields"}
	for _, v := range variables {
		guard.Fields = append(guard.Fields, schema.Field{Name: v.Field, Type: v.Type, Tag: "session:\"" + v.Name + "\""})
	}
	return schema.Session{
		Package:   "app",
		Declared:  name + "Fields",
		Names:     schema.Names{Accessor: name, Snake: "session", Manager: name + "s", Constructor: "New" + name + "s"},
		Variables: variables,
		Guards:    []schema.Guard{guard},
	}
}

func variable(field, typ, doc string) schema.Variable {
	return schema.Variable{Field: field, Path: field, Name: "v", Type: schema.Type{{Text: typ}}, Doc: doc, Codec: "Gob"}
}

// formatted emits a session, and reports what gofmt would change.
func formatted(t *testing.T, s schema.Session) {
	t.Helper()
	output, err := Emit(s)
	if err != nil {
		t.Fatal(err)
	}
	want, err := format.Source(output)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(output, want) {
		t.Errorf("%s: output is not formatted:\n%s", s.Names.Accessor, output)
	}
}

// Where gofmt breaks a line depends on the lengths of all names in it, in bytes,
// and how it aligns fields on those in characters.
func TestOutputIsFormattedWithNamesOfAnyLength(t *testing.T) {
	for _, letter := range []string{"a", "é", "語"} {
		for n := range 70 {
			name := "X" + strings.Repeat(letter, n)
			long := variable(name, "string", "")
			pointer := variable("Y", "*"+name, "")
			pointer.Pointer = true
			lazy := variable("Zz"+name, "[]int", "")
			lazy.Lazy = true
			flash := variable("É", "map[string]"+name, "")
			flash.Flash = true
			formatted(t, session("S", long, pointer, lazy, flash))
			formatted(t, session(name, variable("Token", "string", "")))
		}
	}
}

// What is written plainly does not need go/format.
func TestUsualDeclarationsAreLaidOutByTheTemplate(t *testing.T) {
	s := session("Shop",
		variable("Token", "string", "Token guards the forms\nagainst others' sites.\n"),
		variable("Cart", "[]Line", ""),
		variable("Prices", "map[string]*money.Amount", "Prices, in \"cents\": 100 = 1 €."),
		variable("Key", "[16]byte", ""),
	)
	if !plain(s, newTable(nil)) {
		t.Error("not plain")
	}
	formatted(t, s)
}

// What is not written plainly is laid out all the same.
func TestUnusualDeclarationsAreLaidOut(t *testing.T) {
	for _, v := range []schema.Variable{
		variable("V", "[0X10]int", ""),
		variable("V", "[2*3] int", ""),
		variable("V", "struct{A int;B string}", ""),
		variable("V", "Pair[int,string]", ""),
		variable("V", "map[[2]int]bool", ""),
		variable("V", "int", "V is one of:\n- a\n- b\n"),
		variable("V", "int", "1. one\n2. two\n"),
		variable("V", "int", "V\n\nis a heading.\n"),
		variable("V", "int", "V is\n\tcode\n"),
		variable("V", "int", "V is ``quoted''.\n"),
		variable("V", "int", "# V\n"),
		variable("V", "int", "[V]: https://example.com\n"),
	} {
		t.Run(fmt.Sprint(v.Type, v.Doc), func(t *testing.T) { formatted(t, session("Shop", v)) })
	}
}

// FuzzLayout declares a struct of one field, and looks for one whose output
// gofmt would change.
func FuzzLayout(f *testing.F) {
	f.Add("V", "[2*3] int", "// V is one of:\n// - a\n// - b", "`session:\"v\"`")
	f.Add("Token", "string", "// Token guards the forms\n// against others' sites.", "")
	f.Add("Line", "map[string]*money.Amount", "/* Line\n   of text */", `"json:\"a\""`)
	f.Add("", "Visitor", "//nolint:all", "")
	f.Fuzz(func(t *testing.T, name, typ, doc, tag string) {
		source := fmt.Sprintf("package app\n\ntype Fields struct {\n%s\n%s %s %s\n}\n", doc, name, typ, tag)
		file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil || len(file.Decls) != 1 {
			return
		}
		declared, ok := file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok || len(declared.Fields.List) != 1 || len(declared.Fields.List[0].Names) != 1 || len(file.Comments) > 1 {
			return
		}
		field := declared.Fields.List[0]
		from := int(field.Type.Pos() - file.FileStart)
		spelled := source[from : from+int(field.Type.End()-field.Type.Pos())]
		output, err := Emit(session("Shop", variable(field.Names[0].Name, spelled, field.Doc.Text())))
		if err != nil {
			return // as a type that is not one
		}
		if want, err := format.Source(output); err != nil || !bytes.Equal(output, want) {
			t.Errorf("output is not formatted: %v\n%s", err, output)
		}
	})
}
