package directive

import (
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func scan(t *testing.T, lines ...string) []Directive {
	t.Helper()
	fset := token.NewFileSet()
	source := "package app\n\n" + strings.Join(lines, "\n") + "\n"
	file, err := parser.ParseFile(fset, "/src/app.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return Scan(fset, file, func(name string) string { return "env(" + name + ")" })
}

func TestDirectivesThatRunSessiongen(t *testing.T) {
	for line, want := range map[string]string{
		"//go:generate sessiongen":                                                                                                 "",
		"//go:generate sessiongen -type T":                                                                                         "-type T",
		"//go:generate\tsessiongen\t -type   T ":                                                                                   "-type T",
		"//go:generate bin/sessiongen.exe -type T":                                                                                 "-type T",
		`//go:generate sessiongen -type "T" -o "a b.go"`:                                                                           "-type T -o a b.go",
		"//go:generate sessiongen -type $GOPACKAGE$DOLLAR -o $GOFILE.${GOLINE}":                                                    "-type app$ -o app.go.3",
		"//go:generate sessiongen -type $TYPE":                                                                                     "-type env(TYPE)",
		"//go:generate go tool sessiongen -type T":                                                                                 "-type T",
		"//go:generate go tool -modfile=tools.mod sessiongen -type T":                                                              "-type T",
		"//go:generate go tool -modfile tools.mod sessiongen -type T":                                                              "-type T",
		"//go:generate go tool github.com/sessiongen/sessiongen/cmd/sessiongen -type T":                                            "-type T",
		"//go:generate go run github.com/sessiongen/sessiongen/cmd/sessiongen -type T":                                             "-type T",
		"//go:generate go run -tags x -race example.com/fork/cmd/sessiongen@v1.2.3 -type T":                                        "-type T",
		"//go:generate go run -mod=mod ../../cmd/sessiongen@latest":                                                                "",
		"//go:generate -command gen go tool sessiongen -name N\n//go:generate gen -type T":                                         "-name N -type T",
		"//go:generate -command sessiongen echo\n//go:generate go tool sessiongen -type T":                                         "-type T",
		"//go:generate -command gen sessiongen\n//go:generate -command gen echo\n//go:generate gen\n//go:generate sessiongen -o x": "-o x",
	} {
		found := scan(t, strings.Split(line, "\n")...)
		if len(found) != 1 {
			t.Errorf("%s: %d directives, want 1", line, len(found))
			continue
		}
		if got := strings.Join(found[0].Args, " "); got != want {
			t.Errorf("%s: arguments %q, want %q", line, got, want)
		}
	}
}

func TestFolderAndVariablesOfADirective(t *testing.T) {
	for line, want := range map[string]Command{
		"//go:generate sessiongen":                             {Args: []string{}},
		"//go:generate go -C sub tool sessiongen -type T":      {Dir: "sub", Args: []string{"-type", "T"}},
		"//go:generate go -C=../sub tool sessiongen":           {Dir: "../sub", Args: []string{}},
		"//go:generate go tool -C /sub sessiongen":             {Dir: "/sub", Args: []string{}},
		"//go:generate go run -C sub -race ../cmd/sessiongen":  {Dir: "sub", Args: []string{}},
		"//go:generate env A=1 B=-C=2 go tool sessiongen -o x": {Env: []string{"A=1", "B=-C=2"}, Args: []string{"-o", "x"}},
		"//go:generate /usr/bin/env A= sessiongen":             {Env: []string{"A="}, Args: []string{}},
		"//go:generate env sessiongen":                         {Args: []string{}},
		"//go:generate env A=1 go -C sub tool sessiongen":      {Dir: "sub", Env: []string{"A=1"}, Args: []string{}},
	} {
		found := scan(t, line)
		if len(found) != 1 || !reflect.DeepEqual(found[0].Command, want) {
			t.Errorf("%s: found %q, want %q", line, found, want)
		}
	}
}

func TestOtherComments(t *testing.T) {
	for _, line := range []string{
		"// go:generate sessiongen",
		"//go:generated sessiongen",
		"//go:generate",
		"//go:generate ",
		"//go:generate go",
		"//go:generate go tool",
		"//go:generate go tool -modfile",
		"//go:generate go build sessiongen",
		"//go:generate go -C",
		"//go:generate go -C sub",
		"//go:generate go -C sub build sessiongen",
		"//go:generate go -C tool sessiongen",
		"//go:generate env",
		"//go:generate env A=1",
		"//go:generate env -i sessiongen",
		"//go:generate env -u A go tool sessiongen",
		"//go:generate sh -c \"go tool sessiongen\"",
		"//go:generate go run example.com/sessiongen",
		"//go:generate go tool stringer sessiongen",
		"//go:generate echo sessiongen",
		"//go:generate sessiongenerator",
		"//go:generate -command sessiongen echo\n//go:generate sessiongen",
		" //go:generate sessiongen",
		"var _ = `\n//go:generate sessiongen\n`",
		"/*\n//go:generate sessiongen\n*/",
	} {
		if found := scan(t, line); len(found) > 0 {
			t.Errorf("%s: taken for a directive with arguments %q", line, found[0].Args)
		}
	}
}

func TestPlaceOfDirective(t *testing.T) {
	found := scan(t, "//go:generate sessiongen", "", "//go:generate sessiongen -check")
	if len(found) != 2 || found[0].Pos.Line != 3 || found[1].Pos.Line != 5 || found[1].Pos.Filename != "/src/app.go" {
		t.Fatalf("found %v", found)
	}
	if !slices.Equal(found[1].Args, []string{"-check"}) {
		t.Errorf("arguments %q", found[1].Args)
	}
}
