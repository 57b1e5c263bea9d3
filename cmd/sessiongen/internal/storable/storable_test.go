package storable

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/sessiongen/sessiongen/runtime"
)

// sample is a type with a value of it that has no zeroes, so that whatever is
// dropped on the way to the store and back is missed.
type sample struct {
	gob, json verdict
}

// verdict is what is known of a sample in one encoding.
type verdict struct {
	problems []string     // wanted
	trip     func() error // fails if the value does not come back as it went
	but      string       // why the type is judged unlike this value
}

func of[T any](v T) sample {
	return sample{
		gob:  verdict{trip: func() error { return roundTrip(runtime.Gob[T](), v) }},
		json: verdict{trip: func() error { return roundTrip(runtime.JSON[T](), v) }},
	}
}

func (s sample) noGob(problems ...string) sample {
	s.gob.problems = problems
	return s
}

func (s sample) noJSON(problems ...string) sample {
	s.json.problems = problems
	return s
}

func (s sample) but(gob, json string) sample {
	s.gob.but, s.json.but = gob, json
	return s
}

func roundTrip[T any](codec runtime.Codec[T], v T) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	data, err := codec.Append(nil, &v)
	if err != nil {
		return err
	}
	var back T
	if err := codec.Decode(string(data), &back); err != nil {
		return err
	}
	if !reflect.DeepEqual(v, back) {
		return fmt.Errorf("%#v came back as %#v", v, back)
	}
	return nil
}

func TestVerdictsAreThoseOfTheEncodings(t *testing.T) {
	types := typeArguments(t, loadTests(t), "samples", "of")
	if len(types) != len(samples) {
		t.Fatalf("%d types of %d samples", len(types), len(samples))
	}
	for i, s := range samples {
		s.gob.check(t, "gob", types[i], Gob(types[i], nil))
		s.json.check(t, "JSON", types[i], JSON(types[i]))
	}
}

func (v verdict) check(t *testing.T, encoding string, typ types.Type, problems []Problem) {
	t.Helper()
	var got []string
	for _, p := range problems {
		got = append(got, p.Path+": "+p.What+"; "+p.Do)
	}
	if !slices.Equal(got, v.problems) {
		t.Errorf("%s, %v:\n got %q\nwant %q", encoding, typ, got, v.problems)
	}
	switch err := v.trip(); {
	case (err == nil) != (len(got) == 0) && v.but == "":
		t.Errorf("%s, %v: judged %q, but the value's trip ended with %v", encoding, typ, got, err)
	case (err == nil) == (len(got) == 0) && v.but != "":
		t.Errorf("%s, %v: no exception needed", encoding, typ)
	}
}

// typeArguments returns the type arguments of the calls of a function in the
// literal that a variable is declared with, as the type checker has them.
func typeArguments(t *testing.T, pkg *packages.Package, variable, function string) []types.Type {
	t.Helper()
	var found []types.Type
	for _, e := range literal(t, pkg, variable).Elts {
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if ok && id.Name == function {
				found = append(found, pkg.TypesInfo.Instances[id].TypeArgs.At(0))
			}
			return true
		})
	}
	return found
}

func loadTests(t *testing.T) *packages.Package {
	t.Helper()
	const mode = packages.NeedName | packages.NeedImports | packages.NeedExportFile | packages.NeedTypes |
		packages.NeedSyntax | packages.NeedTypesInfo
	found, err := packages.Load(&packages.Config{Mode: mode, Tests: true}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range found {
		if strings.HasSuffix(pkg.ID, ".test]") {
			for _, err := range pkg.Errors {
				t.Fatal(err)
			}
			return pkg
		}
	}
	t.Fatal("the tests of this package are not found")
	return nil
}

func literal(t *testing.T, pkg *packages.Package, variable string) *ast.CompositeLit {
	t.Helper()
	for _, file := range pkg.Syntax {
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					if spec := spec.(*ast.ValueSpec); spec.Names[0].Name == variable {
						return spec.Values[0].(*ast.CompositeLit)
					}
				}
			}
		}
	}
	t.Fatalf("%s is not found", variable)
	return nil
}
