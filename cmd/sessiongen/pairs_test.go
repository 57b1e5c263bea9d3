package main

import (
	"fmt"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/storable"
	"github.com/sessiongen/sessiongen/cmd/sessiongen/internal/stored"
)

// What the rules say of two types is held against the codec of the runtime,
// encoding/gob and encoding/json: that values go from one to the other, and back,
// or that some don't. The types are made up, the second one of each pair mostly by
// changing the first.
func TestWhatIsCompatibleIsWhatEncodingsCanRead(t *testing.T) {
	t.Parallel()
	count := 10 * *randomCount
	seed := *randomSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("to see it again: go test ./cmd/sessiongen -run %s -random.seed=%d -random.count=%d", t.Name(), seed, *randomCount)
		}
	})
	const path = "example.com/pairs"
	older, newer := madePairs(seed, count)
	dir := newModule(t, path, map[string]string{"older/types.go": older, "newer/types.go": newer})
	if err := os.CopyFS(dir, os.DirFS("testdata/pairs")); err != nil {
		t.Fatal(err)
	}
	var calls strings.Builder
	said := map[string][2]*stored.Mismatch{}
	for i, pair := range typesOf(t, dir, path, count) {
		json := i%2 == 1
		if len(problemsOf(pair.old, json))+len(problemsOf(pair.new, json)) > 0 {
			continue
		}
		was, is := stored.Of(pair.old, json), stored.Of(pair.new, json)
		name := fmt.Sprint("T", i)
		said[name] = [2]*stored.Mismatch{is.Reads(was, json), is.ReadBy(was, json)}
		fmt.Fprintf(&calls, "\tpair[older.%s, newer.%[1]s](%[1]q, %v)\n", name, json)
	}
	writeFile(t, filepath.Join(dir, "calls.go"), fmt.Sprintf("package main\n\nimport (\n\t%q\n\t%q\n)\n\nfunc init() {\n%s}\n", path+"/newer", path+"/older", calls.String()))
	r := command(t, dir, nil, "go", "run", ".", fmt.Sprint(seed))
	if r.code != 0 {
		t.Fatalf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	counts := map[string]int{}
	for line := range strings.Lines(r.stdout) {
		name, what, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		mismatches, known := said[name]
		delete(said, name)
		if !known || strings.Contains(what, "UNSTORED") || strings.Contains(what, "BUILDS DIFFER") {
			t.Errorf("%s: %s\n%s", name, what, declarationOf(name, older, newer))
			continue
		}
		there, back, _ := strings.Cut(what, "\t")
		for i, wrong := range []string{there, back} {
			who := []string{"the new build can read", "the old build can read"}[i]
			switch m := mismatches[i]; {
			case m == nil && wrong != "":
				t.Errorf("%s: %s it, it is said, but %s\n%s", name, who, wrong, declarationOf(name, older, newer))
			case m != nil && strings.Contains(m.What, "one of them replaces the other"):
				// That depends on the order of fields, which forms don't have.
			case m != nil && wrong == "" && (i == 0 || there == ""):
				t.Errorf("%s: not all that %s, it is said (%s: %s), but it can\n%s", name, who, m.Path, m.What, declarationOf(name, older, newer))
			case m != nil:
				counts["not all "+who]++
			default:
				counts[who]++
			}
		}
	}
	if len(said) > 0 || len(counts) < 4 {
		t.Errorf("%v, and %d pairs were not tried", counts, len(said))
	}
	t.Logf("%v; -random.count asks for more", counts)
}

// madePairs returns the sources of two packages with the types of each pair.
func madePairs(seed uint64, count int) (older, newer string) {
	const head = "import (\n\t\"math/big\"\n\t\"time\"\n\n\t\"example.com/pairs/own\"\n)\n\nvar (\n\t_ time.Time\n\t_ big.Int\n\t_ own.ByGob\n)\n"
	var before, after shapeWriter
	before.WriteString("package older\n\n" + head)
	after.WriteString("package newer\n\n" + head)
	for i := range count {
		s := &shaper{Rand: rand.New(rand.NewPCG(seed, uint64(i))), json: i%2 == 1, embedded: i * 1000}
		was := s.shape(0)
		is := was.clone()
		for range s.IntN(4) {
			s.change(is)
		}
		if s.IntN(20) == 0 {
			is = s.shape(0)
		}
		before.declare(fmt.Sprint("T", i), was)
		after.declare(fmt.Sprint("T", i), is)
	}
	return before.String(), after.String()
}

type typePair struct{ old, new types.Type }

// typesOf returns the types of each pair.
func typesOf(t *testing.T, dir, path string, count int) []typePair {
	t.Helper()
	mode := packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Dir: dir, Mode: mode, Env: append(os.Environ(), "GOWORK=off", goFlags)}, path+"/older", path+"/newer")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range loaded {
		for _, err := range pkg.Errors {
			t.Error(err)
		}
	}
	if t.Failed() || len(loaded) != 2 {
		t.FailNow()
	}
	if loaded[0].Name != "older" {
		loaded[0], loaded[1] = loaded[1], loaded[0]
	}
	var pairs []typePair
	for i := range count {
		name := fmt.Sprint("T", i)
		pairs = append(pairs, typePair{loaded[0].Types.Scope().Lookup(name).Type(), loaded[1].Types.Scope().Lookup(name).Type()})
	}
	return pairs
}

func problemsOf(t types.Type, json bool) []storable.Problem {
	if json {
		return storable.JSON(t)
	}
	return storable.Gob(t, nil)
}

// declarationOf returns what declares the types of a pair.
func declarationOf(name string, sources ...string) string {
	var found strings.Builder
	for _, source := range sources {
		shown := false
		for line := range strings.Lines(source) {
			if strings.HasPrefix(line, "type ") {
				top, _, _ := strings.Cut(strings.Fields(line)[1], "N")
				shown = top == name
			}
			if shown {
				found.WriteString(line)
			}
		}
		found.WriteString("\n")
	}
	return found.String()
}
