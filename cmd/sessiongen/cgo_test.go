package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const cgo = `package app

/*
struct handle { int n; };
*/
import "C"

` + goGenerate + ` sessiongen
type SessionFields struct {
	Visits int
	handle *C.struct_handle ` + "`session:\"-\"`" + `
	Size   C.int            ` + "`session:\"-\"`" + `
	kept   holder           ` + "`session:\"-\"`" + `
}

type holder struct{ at *C.struct_handle }
`

// A file that imports C is built only with cgo.
var withCgo = []string{"CGO_ENABLED=1"}

func TestSkippedFieldMayBeOfC(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", map[string]string{"app.go": cgo})
	for _, args := range [][]string{{}, {"-check"}} {
		if r := command(t, dir, withCgo, "sessiongen", args...); r != (result{}) {
			t.Fatalf("sessiongen %v: exit %d\n%s%s", args, r.code, r.stdout, r.stderr)
		}
	}
	t.Run("in code that compiles", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skipf("skipped, needs gcc: %v", err)
		}
		if r := command(t, dir, withCgo, "go", "vet", "."); r.code != 0 {
			t.Errorf("go vet: exit %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})
}

func TestStoredFieldOfCIsToldToBeOne(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "example.com/app", nil)
	for _, c := range []struct{ field, want string }{
		{"Sizes []C.int", "SessionFields.Sizes: its type is not known: types of C are not seen; use one of Go, or skip the field with `session:\"-\"`"},
		{"Kept holder", "SessionFields.Kept: its type is not known: it depends on one that is not, at app.go:16; use another type, or mend that one"},
		{"other missing[C.int] `session:\"-\"`", "SessionFields.other: its type is not known: undefined: missing; declare or import it"},
	} {
		writeFile(t, filepath.Join(dir, "app.go"), strings.Replace(cgo, "Visits int", c.field, 1))
		if r := command(t, dir, withCgo, "sessiongen"); r.code != 2 || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%s: exit %d\n%s, want\n%s", c.field, r.code, r.stderr, c.want)
		}
	}
}
