package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	randomSeed  = flag.Uint64("random.seed", 0, "seed of the random declarations; 0 chooses one")
	randomCount = flag.Int("random.count", 6, "number of random session structs")
)

// perPackage is how many random session structs share a package.
const perPackage = 6

// The structs, the types in them, their names and tags, and the values, are
// made up anew for each run. All compile, and all values come back.
func TestRandomDeclarationsCompileAndKeepTheirValues(t *testing.T) {
	t.Parallel()
	t.Logf("%d structs; -random.count asks for more", *randomCount)
	seed := *randomSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to see it again: go test ./cmd/sessiongen -run %s -random.seed=%d -random.count=%d", t.Name(), seed, *randomCount)
		}
	})
	dir := newModule(t, helpers, randomPrograms(seed, *randomCount))
	if err := os.CopyFS(dir, os.DirFS("testdata/random")); err != nil {
		t.Fatal(err)
	}
	if r := command(t, dir, nil, "sessiongen", "./..."); r != (result{}) {
		t.Fatalf("sessiongen: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := command(t, dir, nil, "go", "run", "."); r != (result{}) {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if r := command(t, dir, nil, "sessiongen", "-check", "./..."); r != (result{}) {
		t.Errorf("the second run differs: exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
}

// randomPrograms returns packages with count session structs, and a program
// that takes values through all of them.
func randomPrograms(seed uint64, count int) map[string]string {
	files := map[string]string{}
	var imports strings.Builder
	for i := 0; i*perPackage < count; i++ {
		name := fmt.Sprint("p", i)
		d := newDeclarer(rand.New(rand.NewPCG(seed, uint64(i))), helpers+"/"+name)
		d.declare(min(perPackage, count-i*perPackage))
		for file, text := range d.files {
			files[filepath.Join(name, file)] = text
		}
		fmt.Fprintf(&imports, "\t_ %q\n", d.path)
	}
	files["main.go"] = fmt.Sprintf(`package main

import (
	"os"

	%q
%s)

func main() {
	if !trip.Run(os.Stderr, %d, %d) {
		os.Exit(1)
	}
}
`, helpers+"/trip", imports.String(), seed, count)
	return files
}
